export { coerceOf } from './casts.js'
export type {
  AttributeOptions,
  Cast,
  CustomCast,
  IndexOptions,
  ModelDefinition,
  OnDelete,
  RecognizedBy,
  RelationOptions,
  RuleFunction,
  RuleObject,
  RuleSpec,
  StandardSchema,
  Validation,
  ValidationContext,
  ValidationOptions,
} from './definition.js'
export { secondsOf } from './duration.js'
export type { AttributeSchema, EntitySchema, RelationSchema } from './entity-schema.js'
export { entitySchemaOf, forgetEntitySchema, freeMembers, type ModelSource } from './entity-schema-of.js'
export {
  isValidationError,
  SCHEMA_CODES,
  SchemaError,
  VALIDATION_CODES,
  ValidationError,
  type Violation,
} from './errors.js'
export { type DateFormat, dateFormatOf, ItemCodec } from './item-codec.js'
export { type Lookup, type LookupQuestion, lookupOf, setLookups } from './late-rules.js'
export type { SoftDeleteOptions, TimestampOptions, TtlOptions } from './lifetimes.js'
export { ModelValidator, type ValidateOptions, type ValidationResult } from './model-validator.js'
export { camelCase, snakeCase, upperSnakeCase } from './names.js'
export type * from './pivot-types.js'
export { type Pivot, pivotDefinitions, pivotOf } from './pivots.js'
export type * from './projection-types.js'
export { readDefinition } from './read-definition.js'
export { relatedName, throughKeyOf } from './related-name.js'
export { RELATION_TYPES, type RelationType } from './relation-kinds.js'
export type * from './relation-paths.js'
export type * from './relation-types.js'
export { boundedAttribute } from './rule-bounds.js'
export type * from './types.js'
