export { cursorKey, openCursor, sealCursor } from './cursor.js'
export { KEY_CODES, KeyError } from './errors.js'
export {
  type KeyPrefix,
  type KeyTemplate,
  parseKeyTemplate,
  renderKey,
  renderPrefix,
  type Segments,
  segmentOf,
  type TemplateOptions,
  type TemplatePart,
} from './key-template.js'
export { checkKeyBytes, checkKeyText, fitsKey, PARTITION_KEY_BYTES, SORT_KEY_BYTES } from './limits.js'
export { matchesTemplate } from './match-template.js'
export { decodeOrderedNumber, encodeOrderedNumber } from './ordered-number.js'
export { decodeSegment, readTemplate, type SegmentType } from './read-template.js'
export { encodeSegment, escapeSegment, isKeyable, ordersByValue, unescapeSegment } from './segment.js'
