export { type DriverContractOptions, driverContract, type TestRunner } from './driver-contract.js'
