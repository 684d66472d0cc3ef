/**
 * One value in DynamoDB's own JSON, as it goes over the wire: numbers are decimal text, binary is base64 text.
 * Source: "AttributeValue" in the Amazon DynamoDB API reference.
 */
export type AttributeValue =
  | { readonly S: string }
  | { readonly N: string }
  | { readonly B: string }
  | { readonly BOOL: boolean }
  | { readonly NULL: true }
  | { readonly M: AttributeMap }
  | { readonly L: readonly AttributeValue[] }
  | { readonly SS: readonly string[] }
  | { readonly NS: readonly string[] }
  | { readonly BS: readonly string[] }

/** A map of attribute names to values: an item, a key, or the inside of an `M`. */
export interface AttributeMap {
  readonly [name: string]: AttributeValue
}

/** The type letters DynamoDB uses for values. */
export type AttributeTypeName = 'S' | 'N' | 'B' | 'BOOL' | 'NULL' | 'M' | 'L' | 'SS' | 'NS' | 'BS'
