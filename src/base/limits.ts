/**
 * The bound of every queue, window, cache, body and loop, with its reason and what happens there.
 * Bytes unless the name says otherwise.
 */
export const limits = {
  /** AWS writes at most 50 MB a file, compressed. A larger file is refused with a problem. */
  logFileCompressedMax: 64 * 1024 * 1024,
  /** Gzip bombs: CloudTrail compresses about 9:1, so 50 MB give some 450 MB. Beyond it the rest of the file is a problem. */
  logFileInflatedMax: 1024 * 1024 * 1024,
  /** AWS's own limit is 256 KB (1 MB for Lake stores). A larger record is skipped with a problem. */
  recordMax: 2 * 1024 * 1024,
  /** JSON deeper than this is a problem: recursion over a hostile record must not exhaust the stack. */
  recordDepthMax: 100,
  /** Records handed on together: bounds memory for a large file and the size of one store write. */
  recordsPerBatchMax: 500,
  /** Files read at the same time: their writes become durable together. Each may hold one inflated file in memory. */
  deliveriesAtOnceMax: 4,
  /** Ids remembered so that a record seen twice is not counted twice by rules; the oldest half goes. */
  recentIdsMax: 200_000,
  /** Problems kept in full for a file; further ones are only counted. */
  problemsPerFileMax: 100,
  /** Problems kept in memory for the status page; the oldest go. */
  problemsKeptMax: 1000,
  /** A request body. `_bulk` clients send up to 10 MB; the original's limit is 100 MB. Larger: 413. */
  requestBodyMax: 100 * 1024 * 1024,
  /** Documents that a search returns (`index.max_result_window`). Beyond: 400. */
  resultWindowMax: 10_000,
  /** Events kept with an alert: newest first, `total` goes on counting. */
  eventsPerAlertMax: 100,
  /** Monitors (`plugins.alerting.monitor.max_monitors`). Beyond: 400. */
  monitorsMax: 1000,
  /** Triggers a monitor. Beyond: 400. */
  triggersPerMonitorMax: 10,
  /** Statements that a trigger condition may execute, as in the original (loop counter of Painless). */
  conditionStepsMax: 1_000_000,
  /** One slice of work on the main loop before others may run. */
  sliceMs: 10,
} as const;
