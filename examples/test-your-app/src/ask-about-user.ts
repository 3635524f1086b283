type Operation = { id: string; status: string; result?: unknown }

/**
 * Asks the API server for the answer to the prompt that a user granted.
 *
 * @param permissionId of the `PermissionAdded` event
 * @throws Error when the server refuses, or the operation fails
 */
export async function askAboutUser(apiServerUrl: string, permissionId: string): Promise<unknown> {
  let operation = await post(`${apiServerUrl}/api/trusted-server`, { permissionId })
  while (operation.status !== 'succeeded') {
    if (operation.status === 'failed' || operation.status === 'canceled') {
      throw new Error(`operation ${operation.id} ${operation.status}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 250))
    operation = await post(`${apiServerUrl}/api/trusted-server/poll`, { operationId: operation.id })
  }
  return operation.result
}

async function post(url: string, body: object): Promise<Operation> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const answer = (await response.json()) as { data?: Operation; error?: { code: string } }
  if (answer.data === undefined) throw new Error(`${response.status} ${answer.error?.code}`)
  return answer.data
}
