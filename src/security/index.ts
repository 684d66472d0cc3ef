export { SECURITY_CODES, SecurityError } from './errors.js'
export {
  generateIamPolicy,
  type IamAccess,
  type IamPolicy,
  type IamPolicyOptions,
  type IamStatement,
} from './iam-policy.js'
export { type RoleAssumer, type TenantCredentialsOptions, tenantCredentials } from './tenant-credentials.js'
