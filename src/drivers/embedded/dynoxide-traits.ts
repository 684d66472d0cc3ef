import type { EngineTraits } from '../engine/engine-driver.js'
import { refuseMultiAttributeKeys, refuseRawExpressions, refuseSecondIndexChange, refuseTwinTable } from './guards.js'
import { wholeSegments } from './whole-segments.js'

/** dynoxide 1.2.1 as measured. */
export const dynoxideTraits: EngineTraits = {
  capabilities: {
    transactions: true,
    partiql: 'basic',
    streams: true,
    ttl: true,
    ttlExpiry: false,
    backups: false,
    tags: true,
    multiAttributeKeys: false,
    aws: false,
    retries: false,
  },
  guard(operation, input, engine) {
    if (operation === 'CreateTable') {
      refuseMultiAttributeKeys(input)
      return refuseTwinTable(input, engine)
    }
    if (operation === 'UpdateTable') {
      refuseMultiAttributeKeys(input)
      refuseSecondIndexChange(input)
    }
    refuseRawExpressions(input)
    return undefined
  },
  instead: wholeSegments,
}
