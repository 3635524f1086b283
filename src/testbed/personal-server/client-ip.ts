import type { ApiRequest } from './api-request.ts'

/**
 * Names the client as the original does: first entry of X-Forwarded-For, else X-Real-IP, else the peer. Anyone can
 * claim any address.
 *
 * @example clientIpOf(request) // '203.0.113.7'
 */
export function clientIpOf({ headers, peer }: ApiRequest): string {
  const [forwarded = ''] = String(headers['x-forwarded-for'] ?? '').split(',')
  return forwarded.trim() || String(headers['x-real-ip'] ?? '').trim() || peer
}
