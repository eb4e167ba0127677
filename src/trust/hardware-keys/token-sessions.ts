// SPDX-License-Identifier: EUPL-1.2
import { createHash } from 'node:crypto';
import { CKM, CKU, isSessionLost } from './pkcs11-values.ts';
import { type FoundKey, findKey, logIn, type PublicNumbers, type TokenAccess } from './token-search.ts';

/** DigestInfo of a SHA-256, RFC 8017 section 9.2, note 1; the digest follows. */
const DIGEST_INFO = Buffer.from('3031300d060960864801650304020105000420', 'hex');

/** The sessions on one token, logged in, and the key that was found there. */
export class TokenSessions {
  readonly #access: TokenAccess;
  #pool: SessionPool;
  #reopening: Promise<void> | undefined;

  private constructor(access: TokenAccess, found: FoundKey) {
    this.#access = access;
    this.#pool = new SessionPool(found);
  }

  /** @throws Fault `hardware-token-missing`, `hardware-key-missing`, `hardware-pin-refused`, what `readPin` throws; `Pkcs11Error` */
  static async open(access: TokenAccess): Promise<TokenSessions> {
    await access.cryptoki.initialize();
    return new TokenSessions(access, await findKey(access));
  }

  get publicNumbers(): PublicNumbers {
    return this.#pool.found.publicNumbers;
  }

  /** RSASSA-PKCS1-v1_5 with SHA-256. A session that is gone is opened again, once. Throws as `open` does. */
  async sign(bytes: Buffer): Promise<Buffer> {
    await this.#reopening;
    const pool = this.#pool;
    try {
      return await this.#signIn(pool, bytes);
    } catch (error) {
      if (!isSessionLost(error)) throw error;
      // Whoever finds it first opens all of them again; the others wait for that.
      if (this.#pool === pool) {
        this.#reopening ??= this.#reopen().finally(() => {
          this.#reopening = undefined;
        });
      }
      await this.#reopening;
      return await this.#signIn(this.#pool, bytes);
    }
  }

  async close(): Promise<void> {
    await this.#access.cryptoki.finalize();
  }

  async #signIn(pool: SessionPool, bytes: Buffer): Promise<Buffer> {
    const { key, mechanism, publicNumbers, alwaysAuthenticate } = pool.found;
    const session = await pool.take();
    try {
      return await this.#access.cryptoki.sign(session, {
        key,
        mechanism,
        bytes: mechanism === CKM.RSA_PKCS ? digestInfo(bytes) : bytes,
        signatureBytes: publicNumbers.modulus.length,
        ...(alwaysAuthenticate && {
          authenticate: () => logIn(this.#access, session, CKU.CONTEXT_SPECIFIC),
        }),
      });
    } finally {
      pool.give(session);
    }
  }

  async #reopen(): Promise<void> {
    const { slot } = this.#pool.found;
    await this.#access.cryptoki.closeAllSessions(slot).catch(() => undefined);
    this.#pool = new SessionPool(await findKey(this.#access));
  }
}

/** The sessions that were opened together, each with one signature at a time. */
class SessionPool {
  readonly found: FoundKey;
  readonly #idle: number[];
  readonly #waiting: ((session: number) => void)[] = [];

  constructor(found: FoundKey) {
    this.found = found;
    this.#idle = [...found.sessions];
  }

  async take(): Promise<number> {
    return this.#idle.pop() ?? (await new Promise((resolve) => this.#waiting.push(resolve)));
  }

  /** Also a session that is gone: who waits for it finds that out, and opens others. */
  give(session: number): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#idle.push(session);
    else next(session);
  }
}

function digestInfo(bytes: Buffer): Buffer {
  return Buffer.concat([DIGEST_INFO, createHash('sha256').update(bytes).digest()]);
}
