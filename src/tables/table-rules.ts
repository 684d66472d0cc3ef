import {
  type Fields,
  flag,
  list,
  oneOf,
  optional,
  options,
  type Rule,
  record,
  rule,
  where,
  wholeNumber,
} from './input-rules.js'

// What DynamoDB allows: developer guide, "Quotas" and "Naming rules"; API reference, CreateTable.

const NAME = /^[\w.-]{3,255}$/
const ARN = /^arn:[^:\s]+:dynamodb:\S{1,1000}$/
const REGION = /^[a-z]{2}(?:-[a-z]+)+-\d+$/

export const newTableName: Rule = rule(
  'a name of 3 to 255 letters, digits, "_", "-" and "."',
  (value) => typeof value === 'string' && NAME.test(value),
)
/** A table that is there may also be named by its ARN. */
export const tableName: Rule = rule(
  'the name of a table (3 to 255 letters, digits, "_", "-" and ".") or its ARN',
  (value) => typeof value === 'string' && (NAME.test(value) || ARN.test(value)),
)
export const indexName: Rule = newTableName
export const attributeName: Rule = rule(
  'an attribute name of 1 to 255 bytes',
  (value) => typeof value === 'string' && value !== '' && Buffer.byteLength(value) <= 255,
)
export const region: Rule = rule(
  'a region such as "eu-west-1"',
  (value) => typeof value === 'string' && REGION.test(value),
)

const keyAttribute: Rule = options({
  name: attributeName,
  type: oneOf('S', 'N', 'B', 'string', 'number', 'binary'),
})
/** Index keys may be of several attributes. */
const indexKey: Rule = where(Array.isArray, list(keyAttribute, 1, 4), keyAttribute)
const projection: Rule = where(Array.isArray, list(attributeName, 1, 100), oneOf('ALL', 'KEYS_ONLY'))
export const capacity: Rule = wholeNumber(1)

const tagKey: Rule = rule(
  '1 to 128 characters that do not begin with "aws:"',
  (value) => typeof value === 'string' && value !== '' && value.length <= 128 && !/^aws:/i.test(value),
)
const tagValue: Rule = rule('text of up to 256 characters', (value) => typeof value === 'string' && value.length <= 256)
export const tags: Rule = record(tagKey, tagValue, 50)
export const tagKeys: Rule = list(tagKey, 1, 50)

const VIEWS = ['KEYS_ONLY', 'NEW_IMAGE', 'OLD_IMAGE', 'NEW_AND_OLD_IMAGES'] as const
export const recoveryDays: Rule = wholeNumber(1, 35)

/** What a table may have besides its keys and indexes. */
export const SETTINGS: Fields = {
  billingMode: optional(oneOf('PAY_PER_REQUEST', 'PROVISIONED')),
  readCapacity: optional(capacity),
  writeCapacity: optional(capacity),
  stream: optional(oneOf(true, false, ...VIEWS)),
  tableClass: optional(oneOf('STANDARD', 'STANDARD_INFREQUENT_ACCESS')),
  deletionProtection: optional(flag),
  tags: optional(tags),
  pointInTimeRecovery: optional(
    where((value) => typeof value === 'boolean', flag, options({ days: optional(recoveryDays) })),
  ),
}

export const NEW_TABLE: Rule = options({
  tableName: newTableName,
  partitionKey: keyAttribute,
  sortKey: optional(keyAttribute),
  gsis: optional(
    list(
      options({
        name: indexName,
        partitionKey: indexKey,
        sortKey: optional(indexKey),
        projection: optional(projection),
        readCapacity: optional(capacity),
        writeCapacity: optional(capacity),
      }),
      0,
      20,
    ),
  ),
  lsis: optional(list(options({ name: indexName, sortKey: keyAttribute, projection: optional(projection) }), 0, 5)),
  ...SETTINGS,
  ttl: optional(attributeName),
  ifNotExists: optional(flag),
  wait: optional(flag),
})

const abortSignal: Rule = rule('an AbortSignal', (value) => value instanceof AbortSignal)
const callback: Rule = rule('a function', (value) => typeof value === 'function')

/** What every function takes last. A connection is told by what it does: it may come from another copy of the package. */
const CONNECTION: Fields = {
  connection: optional(
    rule('a connection, as connect() gives it', (value) => typeof (value as { send?: unknown })?.send === 'function'),
  ),
}
export const CALL: Rule = optional(options(CONNECTION))
export const WAITING: Fields = {
  ...CONNECTION,
  timeout: optional(wholeNumber(0)),
  signal: optional(abortSignal),
  onProgress: optional(callback),
}
export const WAIT: Rule = optional(options(WAITING))
export const FROM_MODELS: Rule = options({
  ...SETTINGS,
  ...WAITING,
  ifNotExists: optional(flag),
  dryRun: optional(flag),
})

export function callOptions(more: Fields): Rule {
  return optional(options({ ...CONNECTION, ...more }))
}
export const EXPORT: Rule = options({ ...SETTINGS, ...CONNECTION })
