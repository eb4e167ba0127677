// SPDX-License-Identifier: EUPL-1.2

/** One side of a connection under test, whatever carries it. */
export interface DialogueConnection {
  /** Sends octets, written as one character each. */
  send(octets: string): void;
  /** The server's next line without its end; undefined when it has closed the connection. */
  receiveLine(): Promise<string | undefined>;
  close(): void;
}

/** A server under test, fresh for each dialogue. */
export interface DialogueTarget {
  readonly user: string;
  readonly password: string;
  connect(): DialogueConnection | Promise<DialogueConnection>;
}

/** A line of a dialogue file. */
export type DialogueStep =
  | { readonly line: number; readonly does: 'send'; readonly peer: number; readonly text: string }
  | { readonly line: number; readonly does: 'send-raw'; readonly peer: number; readonly text: string }
  | { readonly line: number; readonly does: 'expect'; readonly peer: number; readonly text: string }
  | { readonly line: number; readonly does: 'direct'; readonly words: readonly string[] };

const STEP = /^([CS])(\d*)([:=]) ?(.*)$/;

/**
 * Reads a dialogue file. `C:` sends a line, `C=` octets as they stand (with `\r`, `\n` and `\xHH`), `S:`
 * expects a line; a number after the letter names the connection, 1 when left out. `@word ...` directs the
 * runner, `#` starts a comment.
 */
export function parseDialogue(text: string): readonly DialogueStep[] {
  const steps: DialogueStep[] = [];
  text.split('\n').forEach((raw, i) => {
    const line = i + 1;
    if (raw.trim() === '' || raw.startsWith('#')) return;
    if (raw.startsWith('@')) {
      steps.push({ line, does: 'direct', words: raw.slice(1).trim().split(/\s+/) });
      return;
    }
    const match = STEP.exec(raw);
    if (match === null) throw new Error(`line ${line} is neither C:, S:, @ nor #: ${raw}`);
    const [, side, number = '', mark, rest = ''] = match;
    const peer = number === '' ? 1 : Number(number);
    const does = side === 'S' ? 'expect' : mark === '=' ? 'send-raw' : 'send';
    steps.push({ line, does, peer, text: rest });
  });
  return steps;
}

/** `\r`, `\n`, `\\` and `\xHH` become the octets they name. */
export function unescapeOctets(text: string): string {
  return text.replace(/\\(r|n|\\|x[0-9a-fA-F]{2})/g, (_all, code: string) => {
    if (code === 'r') return '\r';
    if (code === 'n') return '\n';
    return code === '\\' ? '\\' : String.fromCharCode(Number.parseInt(code.slice(1), 16));
  });
}

/** Values caught in one line and met again in later ones: `<$name>`. */
export class Captures {
  readonly #values = new Map<string, string>();

  /** Puts the values caught in place of their names. */
  fill(text: string): string {
    return text.replace(/<\$(\w+)>/g, (all, name: string) => this.#values.get(name) ?? all);
  }

  /** Whether a line fits a pattern: `<*>` is any text, `<$name>` catches a value or must be the one caught. */
  matches(pattern: string, line: string): boolean {
    const names: string[] = [];
    const source = this.fill(pattern)
      .split(/(<\*>|<\$\w+>)/)
      .map((part) => {
        if (part === '<*>') return '.*';
        const name = /^<\$(\w+)>$/.exec(part)?.[1];
        if (name === undefined) return part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
        names.push(name);
        return '([^ ()\\[\\]]+)';
      })
      .join('');
    const match = new RegExp(`^${source}$`, 's').exec(line);
    if (match === null) return false;
    names.forEach((name, i) => {
      this.#values.set(name, match[i + 1] ?? '');
    });
    return true;
  }
}
