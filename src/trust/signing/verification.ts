// SPDX-License-Identifier: EUPL-1.2
import { createHash } from 'node:crypto';
import type { Clock, Instant } from '../../platform/clock.ts';
import { readSignedData, type SignedData } from '../../wire/cms/signed-data.ts';
import type { MimeIndex, MimePart } from '../../wire/mime/mime-index.ts';
import type { Octets } from '../../wire/mime/octets.ts';
import { decodeTransferred } from '../../wire/mime/transfer-encoding.ts';
import type { CertificateLookup, CertificateOwner } from './certificate-lookup.ts';
import type { CertificationPaths } from './certification-paths.ts';
import { KnownCertificates } from './known-certificates.ts';
import { takePaced } from './paced-chunks.ts';
import { checkContent, findSigner, type OneSigner } from './signer-check.ts';
import {
  type ExistenceFailed,
  foreign,
  missing,
  type OriginFailed,
  type SignatureFailure,
  type SoundMessage,
  unsound,
  type ValidityFailed,
  type Verification,
} from './verification-result.ts';

/** Largest signature part read, in octets as transferred; real ones take about 8 KB. */
export const MAX_SIGNATURE_PART_BYTES = 1024 * 1024;

/** A message and what is known of its structure. */
interface Question {
  readonly message: Octets;
  readonly index: MimeIndex;
}

/** The two parts of a multipart/signed, read as far as steps 1 and 2 go. */
interface FoundSignature extends OneSigner {
  readonly signedData: SignedData;
  readonly signedPart: MimePart;
}

/** Decides whether a message comes from a provider of the index: steps 1 to 5 of section 6.4 (SIG-13). */
export class Verifier {
  readonly #lookup: CertificateLookup;
  readonly #paths: CertificationPaths;
  readonly #clock: Clock;
  readonly #known = new KnownCertificates();

  constructor({
    lookup,
    paths,
    clock,
  }: { lookup: CertificateLookup; paths: CertificationPaths; clock: Clock }) {
    this.#lookup = lookup;
    this.#paths = paths;
    this.#clock = clock;
  }

  /** Rejects only when the message itself cannot be read. */
  async verify(message: Octets, index: MimeIndex): Promise<Verification> {
    const found = await findSignature({ message, index }, this.#known);
    if ('authentic' in found) return found;
    const owners = findOwners(found, this.#lookup);
    if ('authentic' in owners) return owners;
    const sound = await judge(found, { message, paths: this.#paths, instant: this.#clock.now() });
    if (!sound.authentic) return sound;
    return { ...sound, provider: owners.first, owners: owners.all };
  }
}

/**
 * The same without an index, so without step 3: is the signature whole, and does its certificate lead to one
 * of the anchors? Judged at `instant`, or at the signing time the signer claims (now, when it claims none).
 */
export async function verifyWithoutIndex(
  { message, index }: Question,
  { paths, clock, at }: { paths: CertificationPaths; clock: Clock; at: 'now' | 'signing-time' },
): Promise<SoundMessage | SignatureFailure> {
  const found = await findSignature({ message, index }, new KnownCertificates());
  if ('authentic' in found) return found;
  const claimed = at === 'now' ? null : (found.signer.signedAttributes?.signingTime ?? null);
  return judge(found, { message, paths, instant: claimed ?? clock.now() });
}

// IP-4: steps 1 and 2
async function findSignature(
  { message, index }: Question,
  known: KnownCertificates,
): Promise<FoundSignature | ExistenceFailed> {
  const { root } = index;
  if (root.type !== 'multipart' || root.subtype !== 'signed') {
    return missing('no-signature', `the message is ${root.type}/${root.subtype}`);
  }
  const protocol = root.params.protocol?.trim().toLowerCase();
  if (protocol !== undefined && !SIGNATURE_TYPES.has(protocol)) {
    return missing('no-signature', `signed with ${protocol}`);
  }
  const [signedPart, signaturePart] = root.parts;
  if (signedPart === undefined || signaturePart === undefined || root.parts.length !== 2) {
    return missing('wrong-structure', `multipart/signed with ${root.parts.length} parts instead of 2`);
  }
  const type = `${signaturePart.type}/${signaturePart.subtype}`;
  if (!SIGNATURE_TYPES.has(type)) return missing('wrong-structure', `the second part is ${type}`);
  const size = signaturePart.bodyEnd - signaturePart.bodyStart;
  if (size > MAX_SIGNATURE_PART_BYTES) return missing('signature-too-large', `a signature of ${size} octets`);
  const body = await message.read(signaturePart.bodyStart, signaturePart.bodyEnd);
  const parsed = readSignedData(decodeTransferred(signaturePart.encoding, body));
  if (!parsed.ok) return missing('bad-cms', parsed.reason);
  // SIG-1: detached; a second content inside would leave open which of the two was signed.
  if (parsed.value.content !== null) return missing('bad-cms', 'the signature has a content of its own');
  const one = findSigner(parsed.value, known);
  return 'authentic' in one ? one : { ...one, signedData: parsed.value, signedPart };
}

/** SIG-6: both spellings, and the misprint of RFC 6109 section 3.3.2.2. */
const SIGNATURE_TYPES: ReadonlySet<string> = new Set([
  'application/pkcs7-signature',
  'application/x-pkcs7-signature',
  'application/x-pkcs-signature',
]);

interface Owners {
  readonly first: CertificateOwner;
  readonly all: readonly CertificateOwner[];
}

// IP-5, SIG-14: by hash, then octet by octet; any certificate of a record is good
function findOwners({ certificate }: OneSigner, lookup: CertificateLookup): Owners | OriginFailed {
  const listed = lookup.findByCertificateHash(certificate.sha1);
  if (listed.length === 0) return foreign('certificate-not-in-index', `no provider has ${certificate.sha1}`);
  const all = listed.filter((owner) => owner.certificates.some((der) => der.equals(certificate.der)));
  const [first] = all;
  if (first === undefined) {
    const detail = `the hash ${certificate.sha1} is listed with another certificate`;
    return foreign('certificate-differs-from-index', detail);
  }
  return { first, all };
}

interface Judging {
  readonly message: Octets;
  readonly paths: CertificationPaths;
  readonly instant: Instant;
}

// IP-6: steps 4 and 5
async function judge(found: FoundSignature, judging: Judging): Promise<SoundMessage | ValidityFailed> {
  const { certificate, signedData, signer } = found;
  const check = checkContent(found, signedData.contentType);
  if ('authentic' in check) return check;
  // SIG-4: header and body of the first part, without the line end that precedes the boundary.
  const { headerStart: start, bodyEnd: end } = found.signedPart;
  const taken = check.digestAlgorithm === 'sha256' ? signer.signedAttributes?.messageDigest : undefined;
  const own = taken === undefined ? createHash('sha256') : undefined;
  await takePaced({ octets: judging.message, start, end }, (chunk) => {
    check.update(chunk);
    own?.update(chunk);
  });
  const failure = check.conclude();
  if (failure !== null) return failure;
  const { instant } = judging;
  const path = await judging.paths.judge(certificate, { instant, carried: signedData.certificates });
  if (!path.ok) return unsound(path.reason, path.detail);
  return {
    authentic: true,
    certificate,
    certificateHash: certificate.sha1,
    signedAt: signer.signedAttributes?.signingTime ?? null,
    verifiedAt: instant,
    digestAlgorithm: check.digestAlgorithm,
    chain: path.chain,
    crlNumber: path.crlNumber,
    signedPart: { start, end },
    signedDigest: (taken ?? own?.digest())?.toString('hex') ?? '',
  };
}
