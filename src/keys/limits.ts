import { KeyError } from './errors.js'

/** Bytes of a partition key value, and of a sort key value. DynamoDB: "Quotas", partition and sort key length. */
export const PARTITION_KEY_BYTES = 2048
export const SORT_KEY_BYTES = 1024

/** True for text that a key attribute can hold; no stored row has a longer one. */
export function fitsKey(text: string, part: 'partition' | 'sort'): boolean {
  const limit = part === 'partition' ? PARTITION_KEY_BYTES : SORT_KEY_BYTES
  return text.length * 3 <= limit || Buffer.byteLength(text) <= limit // no UTF-16 unit takes more than 3 bytes
}

/** @throws KeyError `KEY.EMPTY` or `KEY.TOO_LONG`, naming the key attribute and the model */
export function checkKeyText(text: string, part: 'partition' | 'sort', attribute: string, model: string): void {
  if (text === '' || !fitsKey(text, part)) checkKeyBytes(Buffer.byteLength(text), part, attribute, model)
}

/** @throws KeyError `KEY.EMPTY` or `KEY.TOO_LONG`, naming the key attribute and the model */
export function checkKeyBytes(bytes: number, part: 'partition' | 'sort', attribute: string, model: string): void {
  if (bytes === 0) {
    throw new KeyError('KEY.EMPTY', `The ${part} key "${attribute}" of ${model} would be empty.`, {
      details: { attribute, model },
    })
  }
  const limit = part === 'partition' ? PARTITION_KEY_BYTES : SORT_KEY_BYTES
  if (bytes > limit) {
    throw new KeyError(
      'KEY.TOO_LONG',
      `The ${part} key "${attribute}" of ${model} has ${bytes} bytes; at most ${limit} are allowed.`,
      {
        hint: 'Shorten the attributes that it is made of.',
        details: { attribute, model, bytes, limit },
      },
    )
  }
}
