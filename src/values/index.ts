export type { AttributeMap, AttributeTypeName, AttributeValue } from './attribute-value.js'
