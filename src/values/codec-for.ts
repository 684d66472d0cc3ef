import { anyCodec, listCodec, mapCodec } from './any-codec.js'
import { bigintCodec } from './bigint-codec.js'
import { binaryCodec } from './binary-codec.js'
import { booleanCodec } from './boolean-codec.js'
import type { AttributeType, Codec, CodecOptions } from './codec.js'
import { dateCodecs } from './date-codec.js'
import { decimalCodec } from './decimal-codec.js'
import { jsonCodec } from './json-codec.js'
import { numberCodec } from './number-codec.js'
import { setCodec } from './set-codec.js'
import { stringCodec } from './string-codec.js'

/** The codec of an attribute type. Ask once per attribute, not per value. */
export function codecFor(type: AttributeType, options: CodecOptions = {}): Codec {
  switch (type) {
    case 'string':
      return stringCodec
    case 'number':
      return numberCodec
    case 'boolean':
      return booleanCodec
    case 'date':
      return dateCodecs[options.dateFormat ?? 'iso']
    case 'list':
      return listCodec
    case 'map':
      return mapCodec
    case 'set':
      return setCodec(options.set)
    case 'binary':
      return binaryCodec
    case 'bigint':
      return bigintCodec
    case 'decimal':
      return decimalCodec
    case 'json':
      return jsonCodec
    case 'any':
      return anyCodec
  }
}
