// SPDX-License-Identifier: EUPL-1.2

/** What a valid `daticert.xml` holds, element by element, without the blanks around texts and before anything is made of it. */
export interface CertificationDocument {
  readonly kind: string;
  readonly error: string | undefined;
  readonly sender: string;
  readonly recipients: readonly { readonly address: string; readonly type: string | undefined }[];
  readonly replyTo: string;
  readonly subject: string | undefined;
  readonly provider: string;
  readonly zone: string;
  readonly date: string;
  readonly time: string;
  readonly identifier: string;
  readonly messageId: string | undefined;
  readonly receiptType: string | undefined;
  readonly deliveredTo: string | undefined;
  readonly takenInCharge: readonly string[];
  readonly extendedError: string | undefined;
}
