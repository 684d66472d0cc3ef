import type { Driver } from '../driver.js'
import { dynamoDBLocalTraits } from '../dynamodb-local/dynamodb-local-traits.js'
import { EngineDriver, type EngineDriverSettings } from '../engine/engine-driver.js'
import { dynoxideTraits } from './dynoxide-traits.js'

/**
 * The engine that comes with the package, started on loopback on first use and shared by the processes of a project.
 * If it ends between two requests it is started again on its data; data in memory is lost with it (`ENGINE.STOPPED`).
 *
 * @throws EngineError `ENGINE.NOT_INSTALLED` on first use when no engine is there.
 */
export function createEmbeddedDriver(settings: EngineDriverSettings = {}): Driver {
  return new EngineDriver('embedded', settings, { dynoxide: dynoxideTraits, 'dynamodb-local': dynamoDBLocalTraits })
}
