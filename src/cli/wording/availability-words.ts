// SPDX-License-Identifier: EUPL-1.2
import type { FourMonths, OutageCause } from '../../evidence/availability/availability.ts';
import type { Language } from '../command-surroundings.ts';

/** How `log statistics` speaks of availability. */
export interface AvailabilityWords {
  readonly title: string;
  readonly nothing: string;
  readonly columns: readonly string[];
  /** Both `yyyy-mm-dd`. */
  days(first: string, last: string): string;
  duration(ms: number): string;
  readonly decimalMark: string;
  readonly verdicts: Readonly<Record<FourMonths['verdict'], string>>;
  readonly longest: string;
  readonly causes: Readonly<Record<OutageCause, string>>;
  /** What the figures do not see. */
  readonly blindness: string;
}

export const AVAILABILITY_WORDS: Readonly<Record<Language, AvailabilityWords>> = {
  it: {
    title:
      'Disponibilità per quadrimestre: almeno il 99,8 %, e nessuna interruzione oltre la metà del tempo che ne resta.',
    nothing: 'Di questo periodo non è scritto quando il gestore era in servizio.',
    columns: [
      'quadrimestre',
      'noto dal',
      'disponibilità',
      'interruzioni',
      'in tutto',
      'la più lunga',
      'esito',
    ],
    days: (first, last) => `${italianDay(first)} - ${italianDay(last)}`,
    duration: (ms) => duration(ms, ['g', 'h', 'min', 's']),
    decimalMark: ',',
    verdicts: {
      kept: 'rispettata',
      broken: 'NON rispettata',
      running: 'rispettata finora',
      'partly-known': 'rispettata per quanto è noto',
    },
    longest: 'Interruzioni più lunghe',
    causes: {
      stopped: 'fermato in modo ordinato',
      silent: 'senza segni di vita (caduta, macchina spenta, disco)',
      held: 'in piedi, ma senza certificare',
    },
    blindness:
      'È ciò che il gestore sa di sé, minuto per minuto. Non vede la rete fuori: se era in servizio e nessuno poteva ' +
      'raggiungerlo, qui non risulta. Quello lo dice soltanto chi lo osserva da fuori.',
  },
  en: {
    title:
      'Availability by four months: at least 99.8 %, and no outage above half of the time that is left by that.',
    nothing: 'When the provider served in this period is not written down.',
    columns: ['four months', 'known from', 'availability', 'outages', 'in all', 'the longest', 'verdict'],
    days: (first, last) => `${first} - ${last}`,
    duration: (ms) => duration(ms, ['d', 'h', 'min', 's']),
    decimalMark: '.',
    verdicts: {
      kept: 'kept',
      broken: 'NOT kept',
      running: 'kept so far',
      'partly-known': 'kept as far as is known',
    },
    longest: 'Longest outages',
    causes: {
      stopped: 'stopped in an orderly way',
      silent: 'no sign of life (crash, machine off, disk)',
      held: 'there, but certifying nothing',
    },
    blindness:
      'This is what the provider knows of itself, minute by minute. It does not see the network outside: had it served ' +
      'while nobody could reach it, it would not show here. Only who watches it from outside can tell that.',
  },
};

function italianDay(day: string): string {
  return day.split('-').reverse().join('/');
}

/** The two largest units, the smaller one cut. */
function duration(
  ms: number,
  [days, hours, minutes, seconds]: readonly [string, string, string, string],
): string {
  const whole = Math.floor(ms / 1000);
  const parts: readonly (readonly [number, string])[] = [
    [Math.floor(whole / 86_400), days],
    [Math.floor(whole / 3600) % 24, hours],
    [Math.floor(whole / 60) % 60, minutes],
    [whole % 60, seconds],
  ];
  const first = parts.findIndex(([count]) => count > 0);
  const shown = first < 0 ? parts.slice(-1) : parts.slice(first, first + 2);
  return shown
    .filter(([count], at) => at === 0 || count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ');
}
