/**
 * Pays an account what it lacks to offer so much gas at the present price, and resolves once the account has it.
 *
 * @param options.refused whether a node has said that the account holds too little, whatever is known of its balance
 * @throws LoadTestError what ended the funding; the signal's reason
 */
export type FundsFor = (
  gas: bigint,
  options: { refused?: boolean; signal?: AbortSignal | undefined },
) => Promise<void>
