// SPDX-License-Identifier: EUPL-1.2
import type { SmtpReply } from '../smtp-reply.ts';

function reply(code: number, words: string): SmtpReply {
  const [enhanced = '', ...text] = words.split(' ');
  return { code, enhanced, text: text.join(' ') };
}

/** What the language says by itself; the rest is the host's. */
export const OWN = {
  ok: reply(250, '2.0.0 OK'),
  flushed: reply(250, '2.0.0 flushed'),
  bye: reply(221, '2.0.0 bye'),
  senderOk: reply(250, '2.1.0 accepted'),
  recipientOk: reply(250, '2.1.5 accepted'),
  loggedIn: reply(235, '2.7.0 authentication successful'),
  readyForTls: reply(220, '2.0.0 ready to start TLS'),
  // RFC 5321 section 3.5.3: neither that it is one, nor that it is none.
  perhaps: reply(252, '2.1.5 send something and see'),
  tooManyConnections: reply(421, '4.7.0 too many connections, try again later'),
  tooSoon: reply(421, '4.7.0 you talk too soon'),
  http: reply(421, '4.7.0 this is no web server'),
  lineTooLong: reply(421, '5.5.6 line too long'),
  tooManyUnknown: reply(421, '4.7.0 too many unrecognized commands'),
  tooMuchWithoutLogin: reply(421, '4.7.0 too many commands without a login'),
  shuttingDown: reply(421, '4.3.2 shutting down'),
  tooSlow: reply(421, '4.4.2 too slow'),
  silent: reply(421, '4.4.2 nothing heard for too long'),
  endless: reply(421, '4.3.0 far more than the announced size limit'),
  badChunk: reply(501, '5.5.4 say BDAT, a number of octets, and LAST with the last of them'),
  dataAfterChunk: reply(503, '5.5.1 this message comes by BDAT'),
  unknown: reply(500, '5.5.2 command not recognized'),
  noArguments: reply(501, '5.5.4 this command takes no argument'),
  needArgument: reply(501, '5.5.4 this command takes an argument'),
  badName: reply(501, '5.5.4 one name of a host, please'),
  badSender: reply(501, '5.1.7 bad sender address syntax'),
  badRecipient: reply(501, '5.1.3 bad recipient address syntax'),
  badParameter: reply(501, '5.5.4 bad parameter'),
  unknownParameter: reply(555, '5.5.4 parameter not supported'),
  tooLarge: reply(552, '5.3.4 message exceeds the size limit'),
  helloFirst: reply(503, '5.5.1 send HELO or EHLO first'),
  loginFirst: reply(530, '5.7.0 log in first'),
  tlsFirst: reply(538, '5.7.0 issue STARTTLS first'),
  tlsThere: reply(503, '5.5.1 TLS is already there'),
  loggedInAlready: reply(503, '5.5.1 you are logged in'),
  unknownMechanism: reply(504, '5.5.4 unrecognized authentication type'),
  badCredentials: reply(501, '5.5.2 this cannot be decoded'),
  loginGivenUp: reply(501, '5.7.0 authentication given up'),
  mailTwice: reply(503, '5.5.1 there is a sender already'),
  mailFirst: reply(503, '5.5.1 send MAIL first'),
  recipientFirst: reply(503, '5.5.1 send RCPT first'),
  tooManyRecipients: reply(452, '4.5.3 too many recipients'),
} as const;

/** RFC 5321 section 4.2, RFC 2034. */
export function replyLine({ code, enhanced, text }: SmtpReply): string {
  // A line end in the words would make two replies of one, whoever wrote them.
  return `${code} ${enhanced} ${/[^ -~]/.test(text) ? text.replace(/[^ -~]/g, ' ') : text}\r\n`;
}
