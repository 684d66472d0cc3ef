export { type AccessPattern, accessPatterns, accessPatternsOf, formatAccessPatterns } from './access-patterns.js'
export { isAlwaysThere } from './access-slots.js'
export { createTableInput, type TableLayout } from './create-table-input.js'
export { designOptions } from './design-models.js'
export type { DesignOptions } from './design-options.js'
export { designTables } from './design-table.js'
export { DESIGN_CODES, DesignError } from './errors.js'
export { type IndexContents, indexContentsOf, readEntry, storesAttribute } from './index-contents.js'
export {
  type DerivedIndex,
  type DerivedSparseIndex,
  GSIDeriver,
  type IndexEntry,
  LSIDeriver,
  SparseIndexDeriver,
} from './index-derivers.js'
export {
  addIndexKeys,
  addKeys,
  checkNativeKeys,
  keysOf,
  keyText,
  primaryKeyOf,
  shardKey,
  storedKeyOf,
  tableKeyOf,
} from './item-keys.js'
export { KeyPatternGenerator, type KeyPatterns, validateKeyPatterns } from './key-pattern-generator.js'
export {
  type KeyAttribute,
  type KeyMatch,
  type KeyPart,
  type KeyShape,
  matchKey,
  type PathKey,
  partText,
} from './path-key.js'
export { type Recognition, recognizes, recognizingAttributes } from './recognition.js'
export {
  EMPTY_LOCK,
  formatSchemaLock,
  type LockedSlot,
  lockOf,
  readSchemaLock,
  type SchemaLock,
} from './schema-lock.js'
export { type LoadedLock, loadSchemaLock, saveSchemaLock } from './schema-lock-file.js'
export type {
  AccessPath,
  EntityDesign,
  IndexDesign,
  LedgerDesign,
  Projected,
  SparseCondition,
  TableDesign,
} from './table-design.js'
export { GUARD_OWNER, GUARD_TYPE, uniqueAttributesOf, uniqueGuardKey } from './unique-guard.js'
