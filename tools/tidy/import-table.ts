// SPDX-License-Identifier: EUPL-1.2

/** What one group of folders holds and may use: the table of docs/architecture.md as data. */
export interface Group {
  /**
   * Members, by name, each with what it is for. A file right under the group is one too, and shared by
   * the others: they import it, and it may put them together.
   */
  readonly members: Readonly<Record<string, string>>;
  /** Groups, or single members as `group/member`, that may be imported; a member always sees itself. */
  readonly mayImport: readonly string[];
  /** Of other groups only the ports (`*-store.ts`), not every face. */
  readonly portsOnly?: boolean;
  /** The sentence printed when the table is broken. */
  readonly because: string;
}

/** An import the table would forbid, allowed for a reason. */
export interface Allowance {
  /** Importing member. */
  readonly from: string;
  /** Imported file. */
  readonly to: string;
  /** Only `import type`. */
  readonly typeOnly: boolean;
  readonly reason: string;
}

/** All that decides who may import whom. Tests hand in small ones of their own. */
export interface ImportTable {
  readonly groups: Readonly<Record<string, Group>>;
  /** Files right under `src`, and what each may import; `*` is everything. */
  readonly topFiles: Readonly<Record<string, readonly string[]>>;
  /** Groups without members: the whole group is one. */
  readonly undivided: readonly string[];
  /** Groups or members each of whose files may be imported from outside. */
  readonly allFaces: readonly string[];
  /** Faces not named like their folder, by member. */
  readonly faces: Readonly<Record<string, readonly string[]>>;
  readonly allowances: readonly Allowance[];
}

export const importTable: ImportTable = {
  groups: {
    points: {
      members: {
        lifecycle: 'the table of the life of a certified message',
        attestation: 'the only door to the signer',
        records: 'what the certification log is told, by all points alike',
        routing: 'where a message goes, by all points alike',
        framing: 'which octets of a generated message we wrote',
        quarantining: 'how an infected message is kept, by all points alike',
        placement: 'what goes into a mailbox, where, and whether it counts',
        'taken-envelope': 'what incoming hands to delivery',
        'certification-gate': 'whether anything may be certified at the moment',
        invariants: 'what must hold of every message, by what the store remembers',
        house: 'the points of one provider, put together',
        access: 'from our user: checks, acceptance or refusal, enclosure',
        incoming: 'from other providers: authenticity, taking charge, anomaly',
        delivery: 'into the mailbox: delivery receipts, non-delivery',
        dispatch: 'what follows when a relay succeeds or fails',
        reissuing: 'lost receipts given back to the octet',
        deadlines: 'the 12 h and 22-24 h notices',
        quota: 'warns holders whose mailbox fills up',
      },
      mayImport: ['evidence', 'trust', 'mailroom', 'wire/mime', 'platform'],
      because: 'points know no sockets, and not one another but for what they share',
    },
    evidence: {
      members: {
        draft: 'what an unsigned message is made of',
        original: 'what the user wrote, as drafts refer to it',
        'local-time': 'instants in the legal time of Italy',
        boundaries: 'boundaries that occur nowhere in what is embedded',
        identifiers: 'PEC msgids and Message-IDs',
        'certified-parts': 'where a message holds daticert.xml and postacert.eml',
        'soft-defects': 'what is odd in an envelope, and no more',
        drafting: 'header, texts and parts put together, for every kind',
        recognition: 'which kind a message that arrives is',
        'certification-data': 'daticert.xml: model, writer, reader',
        envelopes: 'transport and anomaly envelopes, unsigned',
        declarations: 'what is declared in the place of a receipt that cannot be given back',
        receipts: 'good news, unsigned',
        notices: 'bad news, unsigned',
        wording: 'every Italian sentence and header literal',
        'certification-log': 'append-only records, daily seal, extracts',
        'evidence-file': 'the index of the file that proves a message to anybody',
        report: 'the readable report of an evidence file, as a PDF',
      },
      mayImport: ['evidence', 'wire/mime', 'platform'],
      because: 'drafts are unsigned: evidence never sees trust',
    },
    trust: {
      members: {
        signing: 'sign and verify S/MIME; key drivers',
        time: 'the clock, held against time servers',
        timestamping: 'RFC 3161 client',
        'provider-directory': 'the signed index of providers',
        attachments: 'attachments of executable types, also inside archives',
        antivirus: 'scanner contract, clamd client',
        'mail-authentication': 'who sent ordinary mail: SPF, DKIM, DMARC',
        spam: 'the client of a spam filter',
        authority: 'the authority that certifies providers, for closed communities and the demo',
      },
      mayImport: ['trust', 'wire', 'platform'],
      because: 'who vouches does not know what is vouched for: trust never sees evidence',
    },
    mailroom: {
      members: {
        contents: 'messages at rest, as slices of blobs',
        mailboxes: 'folders, messages, flags',
        queue: 'what waits to be relayed',
        frames: 'what we wrote of each receipt and envelope, kept for 30 months',
        quarantine: 'infected messages, kept for 30 months',
        accounts: 'who may log in',
        provisioning: 'mailboxes made and changed by the operator',
        tracking: 'how each recipient of a message ended',
        search: 'what is known of messages besides their octets',
        steps: 'one change of the store as a plain value',
      },
      mayImport: ['mailroom', 'wire/mime', 'wire/smtp', 'platform'],
      because: 'the mailroom keeps and moves mail without knowing what it certifies',
    },
    fronts: {
      members: {
        submission: 'SMTP for our users',
        exchange: 'SMTP between providers',
        imap: 'IMAP onto the mailboxes',
        pop3: 'POP3 onto the mailboxes',
        jmap: 'JMAP onto the mailboxes',
        watch: 'metrics, health and status over HTTP',
        publication: 'our own signed record of the index, over HTTPS',
        control: "the operator's commands, from the same machine",
        web: 'webmail and administration over HTTP',
      },
      mayImport: ['points', 'mailroom', 'evidence', 'trust', 'wire', 'platform'],
      because: 'a front uses the faces of points and mailroom, never another front nor an engine',
    },
    wire: {
      members: {
        mime: 'RFC 5322 and MIME, byte-exact',
        smtp: 'RFC 5321',
        imap: 'RFC 9051 and RFC 3501',
        pop3: 'RFC 1939',
        cms: 'RFC 5652, X.509 and DER',
        ldif: 'RFC 2849',
        ntp: 'RFC 5905',
        zip: 'ZIP archives, read strictly and written as they come',
      },
      mayImport: ['wire'],
      because: 'wire knows no law and no policy: it could be published alone',
    },
    engines: {
      members: {
        'commit-listeners': 'who is told of a commit, in order',
        flags: 'how flags change, alike on every engine',
        slices: 'contents read through their slices',
        'step-faults': 'what an engine throws',
        'store-rules': 'what every engine decides alike',
        memory: 'the reference engine, and that of the tests',
        sqlite: 'the embedded engine',
        postgres: 'the engine of many machines',
        blobs: 'where octets rest on disk or in S3',
      },
      // Contents are octets with a MIME index: the ports cannot be implemented without their types.
      mayImport: ['engines', 'mailroom', 'evidence', 'trust', 'wire/mime', 'platform'],
      portsOnly: true,
      because: 'an engine implements ports (*-store.ts) and decides nothing',
    },
    platform: {
      members: {},
      mayImport: [],
      because: 'the ground stands on node: and its declared packages only',
    },
    composition: {
      members: {},
      mayImport: ['points', 'evidence', 'trust', 'mailroom', 'fronts', 'wire', 'engines', 'platform'],
      because: 'the parts of the composition root',
    },
    cli: {
      members: {},
      mayImport: ['*'],
      because: 'commands use whatever they show',
    },
    demo: {
      members: {},
      mayImport: ['*'],
      because: 'the demo world composes providers',
    },
  },
  topFiles: {
    'main.ts': ['*'],
    'provider.ts': [
      'composition',
      'points',
      'evidence',
      'trust',
      'mailroom',
      'fronts',
      'wire',
      'engines',
      'platform',
    ],
  },
  undivided: ['platform', 'composition', 'cli', 'demo'],
  allFaces: [
    'wire/mime',
    'wire/cms',
    'wire/ldif',
    'platform',
    'evidence/drafting',
    'evidence/envelopes',
    'evidence/receipts',
    'evidence/notices',
    'evidence/wording',
  ],
  faces: {
    'trust/signing': [
      'authorities.ts',
      'certificate-lookup.ts',
      'certificate-profile.ts',
      'certification-paths.ts',
      'crl-cache.ts',
      'encapsulated.ts',
      'file-key.ts',
      'http-fetch.ts',
      'key-driver.ts',
      'revocation-archive.ts',
      'revocation-source.ts',
      'revocation-sweep.ts',
      'signed-message.ts',
      'signer.ts',
      'speaking-lists.ts',
      'verification.ts',
      'verification-result.ts',
    ],
    'trust/attachments': ['attachment-inspector.ts'],
    'trust/antivirus': ['clamd-scanner.ts', 'scanner.ts', 'scanning-sink.ts'],
    'trust/provider-directory': [
      'directory-problem.ts',
      'directory-reader.ts',
      'directory-refresh.ts',
      'directory-snapshot.ts',
      'directory-source.ts',
      'file-source.ts',
      'https-source.ts',
      'last-good-copy-file.ts',
      'own-records.ts',
      'provider-record.ts',
    ],
    'trust/mail-authentication': ['mail-authenticator.ts'],
    'trust/timestamping': ['time-stamp-client.ts', 'token-check.ts'],
    'trust/spam': ['rspamd.ts', 'spam-filter.ts'],
    'wire/imap': [
      'grammar/flags.ts',
      'imap-backend.ts',
      'imap-session.ts',
      'list/list-entries.ts',
      'responses/body-structure.ts',
      'responses/envelope.ts',
      'search/message-header.ts',
      'search/message-text.ts',
      'search/resolved-search-key.ts',
      'search/search-evaluation.ts',
      'search/unicode-casemap.ts',
      'session/session-options.ts',
      'thread/ordering-facts.ts',
      'view/mailbox-view.ts',
      'view/uid-set.ts',
    ],
    'fronts/imap': [
      'card-derivation.ts',
      'front-limits.ts',
      'front-texts.ts',
      'house/imap-house.ts',
      'imap-front.ts',
    ],
    'fronts/publication': ['publication-front.ts'],
    'fronts/watch': ['health.ts', 'watch-front.ts'],
    'wire/ntp': ['ntp-packet.ts'],
    'wire/zip': ['zip-directory.ts', 'zip-reader.ts', 'zip-writer.ts'],
    'trust/time': ['clock-watch.ts', 'sntp-client.ts'],
    'wire/pop3': [
      'multiline.ts',
      'pop3-acts.ts',
      'pop3-client.ts',
      'pop3-limits.ts',
      'pop3-maildrop.ts',
      'pop3-session.ts',
      'replies.ts',
    ],
    'fronts/control': [
      'control-client.ts',
      'control-socket.ts',
      'mailbox-orders.ts',
      'queue-orders.ts',
      'reissue-orders.ts',
    ],
    'fronts/pop3': ['front-limits.ts', 'inbox.ts', 'pop3-connection.ts', 'pop3-front.ts'],
    'points/access': ['formal-checks.ts'],
    'points/dispatch': ['ordinary-bounce.ts'],
    'points/incoming': ['authenticity.ts', 'ordinary-checks.ts'],
    'wire/smtp': [
      'client/opening.ts',
      'client/smtp-client.ts',
      'hop-limit.ts',
      'message-sink.ts',
      'octet-rules.ts',
      'smtp-door.ts',
      'smtp-host.ts',
      'smtp-reply.ts',
      'submission-client.ts',
    ],
    'engines/sqlite': [
      'backup/store-backup.ts',
      'backup/store-restore.ts',
      'check/store-check.ts',
      'folder-lock.ts',
      'search/sqlite-search.ts',
      'stored-frames.ts',
      'stored-quarantine.ts',
      'stored-records.ts',
    ],
    'points/reissuing': ['reassembly.ts', 'reissue-decision.ts', 'reissue-desk.ts'],
    'points/quota': ['quota-warnings.ts'],
    'mailroom/accounts': ['login-guard.ts', 'open-log-ins.ts', 'passwords.ts'],
    'mailroom/contents': ['blob-octets.ts', 'composition.ts', 'spool-memory.ts', 'spool.ts'],
    'mailroom/mailboxes': ['folders.ts'],
    'mailroom/provisioning': ['mailbox-decision.ts'],
    'mailroom/queue': [
      'courier.ts',
      'local-courier.ts',
      'peer-connection.ts',
      'relay.ts',
      'relay-events.ts',
      'routes.ts',
      'smtp-courier.ts',
    ],
    'mailroom/frames': ['frame-sweep.ts'],
    'mailroom/quarantine': ['quarantine-sweep.ts'],
    'mailroom/steps': ['step-draft.ts'],
    'evidence/certification-log': [
      'holder-records.ts',
      'log-audit.ts',
      'log-days.ts',
      'log-findings.ts',
      'log-package.ts',
      'log-period.ts',
      'log-proof-check.ts',
      'log-proof.ts',
      'log-statistics.ts',
      'log-tree.ts',
      'merkle-tree.ts',
      'seal.ts',
      'sealing.ts',
      'tree-frontier.ts',
    ],
    'evidence/certification-data': ['reader.ts', 'writer.ts'],
    'evidence/evidence-file': [
      'evidence-claims.ts',
      'index-dtd.ts',
      'index-model.ts',
      'index-reader.ts',
      'index-writer.ts',
    ],
    'evidence/report': ['report-facts.ts'],
    'trust/authority': [
      'authority-folder.ts',
      'authority-office.ts',
      'authority-server.ts',
      'identity-files.ts',
      'index-collection.ts',
      'index-renewal.ts',
      'index-writer.ts',
      'issuer.ts',
      'key-pair.ts',
      'ocsp-responder.ts',
      'provider-register.ts',
      'time-stamping.ts',
    ],
  },
  allowances: [
    {
      from: 'mailroom/quarantine',
      to: 'src/evidence/certification-log/log-store.ts',
      typeOnly: true,
      reason: 'what is removed leaves a record, in the same step',
    },
    {
      from: 'mailroom/steps',
      to: 'src/trust/signing/revocation-archive-store.ts',
      typeOnly: true,
      reason: 'a step carries the revocation lists that are kept with the log',
    },
    {
      from: 'mailroom/steps',
      to: 'src/evidence/certification-log/log-store.ts',
      typeOnly: true,
      reason: 'a step carries the log records that are committed with it',
    },
    {
      from: 'mailroom/steps',
      to: 'src/evidence/certification-log/sealed-log-store.ts',
      typeOnly: true,
      reason: 'a step carries the log records that are committed with it',
    },
  ],
};
