// SPDX-License-Identifier: EUPL-1.2

export interface Damage {
  /** The finding it must lead to. */
  readonly code: string;
  /** Whose store is damaged. */
  readonly of: 'alfa' | 'beta';
  readonly damage: string;
  readonly sql: string;
}

/** Damages of the certification log. */
export const LOG_DAMAGES: readonly Damage[] = [
  {
    code: 'log-gap',
    of: 'beta',
    damage: 'a record that is gone',
    sql: 'DROP TRIGGER logNeverForgets; DELETE FROM log WHERE sequence = 2',
  },
  {
    code: 'log-gap',
    of: 'beta',
    damage: 'the last record gone',
    sql: `DROP TRIGGER logNeverForgets;
      DELETE FROM log WHERE sequence = (SELECT max(sequence) FROM log)`,
  },
  {
    code: 'log-damaged',
    of: 'beta',
    damage: 'a record under ids of another',
    sql: `DROP TRIGGER logNeverChanges;
      UPDATE log SET identifierHash = 7 WHERE sequence = 2`,
  },
  {
    code: 'log-damaged',
    of: 'beta',
    damage: 'a record that is no record',
    sql: `DROP TRIGGER logNeverChanges;
      UPDATE log SET record = '{', identifierHash = NULL WHERE sequence = 2`,
  },
  {
    code: 'log-damaged',
    of: 'beta',
    damage: 'a record that no id leads to',
    sql: 'DELETE FROM logStories WHERE sequence = 2',
  },
  {
    code: 'log-damaged',
    of: 'beta',
    damage: 'a Message-ID that leads to another record',
    sql: 'UPDATE logMessageIds SET story = story + 1000',
  },
  {
    code: 'log-damaged',
    of: 'beta',
    damage: 'ids of a record that was forgotten',
    sql: 'INSERT INTO logIdentifiers (hash, story) VALUES (7, 7000)',
  },
];
