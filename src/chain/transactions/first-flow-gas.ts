/** Gas of a user's first flow; measured on the real contracts with a file, a key and a new server. */
export const firstFlowGas = 1_650_000n
