import type { ServerContext } from './context.ts'
import type { ContractReads, PermissionRecord } from './contract-reads.ts'
import { ApiError, messageOf } from './errors.ts'
import { fetchFile } from './fetch-file.ts'
import { fetchGrantFile } from './grant-file.ts'
import { validateGrant } from './grant-schema.ts'
import type { ServerIdentity } from './identity.ts'
import { jsonInstruction } from './json-mode.ts'
import type { Prediction } from './model-provider.ts'
import { type FileRecord, openFile, type PlainFile } from './open-file.ts'
import { type PermissionId, parseOperationRequest } from './operation-request.ts'
import type { Profile } from './profile.ts'
import { buildPrompt } from './prompt.ts'
import { promptTemplateOf } from './prompt-template.ts'
import { pythonStr } from './python-repr.ts'
import { isTruthy, type PythonDict } from './python-value.ts'
import { type ResponseFormat, responseFormatOf } from './response-format.ts'
import { recoverSigner } from './signature.ts'

/** The body of `POST /operations`. */
export type OperationBody = { appSignature: string; requestJson: string }

/**
 * Carries out `POST /operations`: every check of the original in its order, real chain reads, real download and
 * decryption, then a prediction. What the original does not check is not checked here either: the permission's blocks
 * and nonce, the files' owner, the server's registration, replay.
 *
 * @returns the prediction as the provider made it
 * @throws {ApiError} as the original answers
 * @example await createOperation(context, { appSignature: '0x...', requestJson: '{"permission_id":7}' })
 */
export async function createOperation(context: ServerContext, body: OperationBody): Promise<Prediction> {
  const id = parseOperationRequest(body.requestJson)
  const signer = recoverSigner(body.requestJson, body.appSignature)
  const permission = await readPermission(context.chain, id)
  const granteeAddress = await checkGrantee(context.chain, permission, signer)
  const { httpGet, readIpfs, profile } = context
  const grant = validateGrant(await fetchGrantFile(httpGet, readIpfs, permission.grant), {
    operations: profile.operations,
    granteeAddress,
    nowSeconds: context.now() / 1000,
  })
  refuseFilters(profile, grant.parameters)
  const format = responseFormatOf(grant.parameters)
  const identity = deriveIdentity(context, permission)
  const records = await readFiles(context.chain, permission.fileIds, identity)
  const files = await openFiles(context, records, identity)
  return startPrediction(context, {
    permissionId: pythonStr(id),
    parameters: grant.parameters,
    format,
    files,
  })
}

async function readPermission(chain: ContractReads, id: PermissionId): Promise<PermissionRecord> {
  // A float or `true` cannot be encoded for the contract.
  const permission = typeof id === 'bigint' ? await chain.permission(id) : undefined
  if (permission === undefined)
    throw new ApiError('NOT_FOUND_ERROR', `Permission '${pythonStr(id)}' not found`)
  if (permission.fileIds.length === 0)
    throw new ApiError('VALIDATION_ERROR', 'No file IDs found in permission')
  return permission
}

async function checkGrantee(
  chain: ContractReads,
  { granteeId }: PermissionRecord,
  signer: string,
): Promise<string> {
  const address = await chain.granteeAddress(granteeId)
  if (address === undefined) throw new ApiError('NOT_FOUND_ERROR', `Grantee '${granteeId}' not found`)
  // Both are checksummed.
  if (signer === address) return address
  throw new ApiError(
    'AUTHENTICATION_ERROR',
    `Signature recovered address ${signer} does not match on-chain grantee address ${address}`,
  )
}

/** To leave filters out would show the model more than the grant allows. */
function refuseFilters(profile: Profile, parameters: PythonDict): void {
  if (!profile.filtersFiles || !isTruthy(parameters.get('filters') ?? null)) return
  throw new ApiError('OPERATION_ERROR', 'The embedded personal server does not filter files by JSONPath')
}

function deriveIdentity(context: ServerContext, { grantor }: PermissionRecord): ServerIdentity {
  try {
    return context.identityOf(grantor)
  } catch (cause) {
    throw new ApiError('OPERATION_ERROR', `Failed to derive server key: ${messageOf(cause)}`, { cause })
  }
}

async function readFiles(
  chain: ContractReads,
  fileIds: readonly bigint[],
  server: ServerIdentity,
): Promise<FileRecord[]> {
  const records: FileRecord[] = []
  for (const id of fileIds) {
    const url = await chain.fileUrl(id)
    const sealedKey = url === undefined ? undefined : await chain.fileKey(id, server.address)
    if (url === undefined || !sealedKey) throw new ApiError('NOT_FOUND_ERROR', `File '${id}' not found`)
    records.push({ id, url, sealedKey })
  }
  return records
}

async function openFiles(
  context: ServerContext,
  records: readonly FileRecord[],
  { privateKey }: ServerIdentity,
): Promise<PlainFile[]> {
  const options = {
    httpGet: context.httpGet,
    readIpfs: context.readIpfs,
    limitBytes: context.profile.fileLimitBytes,
  }
  const files: PlainFile[] = []
  for (const record of records) {
    files.push(await openFile(record, privateKey, (url) => fetchFile(options, url), context.signal))
  }
  return files
}

async function startPrediction(
  context: ServerContext,
  task: { permissionId: string; parameters: PythonDict; format: ResponseFormat; files: readonly PlainFile[] },
): Promise<Prediction> {
  const { permissionId, parameters, format, files } = task
  try {
    const promptTemplate = promptTemplateOf(parameters, context.profile)
    const texts = files.map((file) => file.text)
    const instruction = format === 'json_object' ? jsonInstruction : ''
    const prediction = await context.provider.create(
      {
        prompt: buildPrompt(promptTemplate, texts) + instruction,
        promptTemplate: pythonStr(parameters.get('prompt') ?? ''),
        files: files.map((file) => file.bytes),
        permissionId,
      },
      context.signal,
    )
    context.jsonAnswers.expect(prediction.id, format)
    return prediction
  } catch (cause) {
    context.signal.throwIfAborted()
    throw new ApiError('COMPUTE_ERROR', `Compute operation failed: ${messageOf(cause)}`, { cause })
  }
}
