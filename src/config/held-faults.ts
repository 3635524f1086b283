/**
 * Variable that has a testbed hold its faults back until the process that started it asks for them, over the IPC channel
 * between the two. It is no setting, so its name is not that of one.
 */
export const heldFaultsVariable = 'VANA_TESTBED_FAULTS_HELD'

/** What is sent to a testbed, and by it to its fault proxies, when the faults are to start. */
export const startFaultsMessage = 'start-faults'
