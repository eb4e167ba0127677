// SPDX-License-Identifier: EUPL-1.2

/** What extracting the base subject finds (RFC 5256 section 2.1). */
export interface BaseSubject {
  readonly base: string;
  /** Something was taken off that says "reply" or "forward". */
  readonly isReplyOrForward: boolean;
}

/** subj-blob = "[" *BLOBCHAR "]" *WSP */
const BLOB = /^\[[^[\]]*\][ \t]*/;
/** subj-refwd = ("re" / ("fw" ["d"])) *WSP [subj-blob] ":" */
const REFWD = /^(?:re|fwd?)[ \t]*(?:\[[^[\]]*\][ \t]*)?:/i;
/** subj-fwd-hdr ... subj-fwd-trl */
const FORWARDED = /^\[fwd:(.*)\]$/is;
/** Characters looked at; what differs beyond them does not make another thread. */
const SUBJECT_LIMIT = 2000;

/** Extracts the base subject from a decoded Subject value. */
export function baseSubject(subject: string): BaseSubject {
  // (1) decoded; tabs and continuations become one space each, runs of spaces one
  let base = subject.slice(0, SUBJECT_LIMIT).replace(/[ \t\r\n]+/g, ' ');
  let isReplyOrForward = false;
  for (;;) {
    const trimmed = withoutTrailers(base);
    const led = withoutLeaders(trimmed.base);
    const forwarded = FORWARDED.exec(led.base);
    isReplyOrForward ||= trimmed.isReplyOrForward || led.isReplyOrForward || forwarded !== null;
    base = forwarded === null ? led.base : (forwarded[1] ?? '');
    // (6) once more when a forward was unwrapped
    if (forwarded === null) return { base: base.trim(), isReplyOrForward };
  }
}

/** (2) subj-trailer = "(fwd)" / WSP, as often as it stands there */
function withoutTrailers(subject: string): BaseSubject {
  let base = subject.trimEnd();
  let isReplyOrForward = false;
  while (base.slice(-5).toLowerCase() === '(fwd)') {
    base = base.slice(0, -5).trimEnd();
    isReplyOrForward = true;
  }
  return { base, isReplyOrForward };
}

/** (3) to (5): subj-leader = (*subj-blob subj-refwd) / WSP; a blob alone goes if something is left then. */
function withoutLeaders(subject: string): BaseSubject {
  let base = subject;
  let isReplyOrForward = false;
  for (;;) {
    base = base.trimStart();
    const blobs = leadingBlobs(base);
    const reply = REFWD.exec(base.slice(blobs));
    if (reply !== null) {
      base = base.slice(blobs + reply[0].length);
      isReplyOrForward = true;
      continue;
    }
    const blob = BLOB.exec(base)?.[0] ?? '';
    if (blob === '' || blob.length === base.length) return { base, isReplyOrForward };
    base = base.slice(blob.length);
  }
}

/** Length of the blobs a subject starts with. */
function leadingBlobs(subject: string): number {
  let length = 0;
  for (;;) {
    const blob = BLOB.exec(subject.slice(length));
    if (blob === null) return length;
    length += blob[0].length;
  }
}
