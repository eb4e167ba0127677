// SPDX-License-Identifier: EUPL-1.2
import { type SessionListener, SmtpSession } from '../../src/wire/smtp/server/smtp-session.ts';
import type { SmtpReply } from '../../src/wire/smtp/smtp-reply.ts';

export const TAKEN: SmtpReply = { code: 250, enhanced: '2.0.0', text: 'taken' };

/** A session whose messages are taken as soon as they are whole; what it says and hears. */
export function opened(
  options: { login?: boolean; secure?: boolean; greeted?: boolean; slow?: boolean } = {},
) {
  const heard: string[] = [];
  let message = '';
  const listener: SessionListener = {
    checkSender: (path) => void heard.push(`from ${path}`),
    checkRecipient: (path) =>
      path.startsWith('no') ? { code: 550, enhanced: '5.1.1', text: 'no' } : void heard.push(`to ${path}`),
    logIn: ({ username, password }) => {
      heard.push(`login ${username} ${password}`);
      session.answerLogin('logged-in');
    },
    startTls: () => void heard.push('tls'),
    messageBegins: () => {
      message = '';
    },
    messageOctets: (octets) => {
      message += octets.toString('latin1');
    },
    messageEnds: () => {
      heard.push(`message ${message}`);
      if (options.slow !== true) session.answerMessage(TAKEN);
    },
    messageTakenBack: () => void heard.push('taken back'),
  };
  const session = new SmtpSession(
    {
      name: 'mx.test',
      login: options.login ?? false,
      secure: options.secure ?? false,
      limits: { messageBytes: 1000, recipients: 3, commandBytes: 100, drainBytes: 500 },
    },
    listener,
  );
  if (options.greeted !== false) session.greet();
  session.takeReplies();
  const hears = (octets: string) => {
    session.receive(Buffer.from(octets, 'latin1'));
    while (session.proceed() === 'more');
    return session.takeReplies();
  };
  return { session, heard, hears };
}

/** The codes of replies, of the last line of each. */
export const codes = (replies: string) => replies.match(/^\d{3}(?= )/gm)?.join(' ') ?? '';
