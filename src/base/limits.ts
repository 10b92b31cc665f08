/**
 * The bound of every queue, window, cache, body and loop, with its reason and what happens there.
 * Bytes unless the name says otherwise.
 */
export const limits = {
  /** AWS writes at most 50 MB a file, compressed. A larger file is refused with a problem. */
  logFileCompressedMax: 64 * 1024 * 1024,
  /** Gzip bombs: CloudTrail compresses about 9:1, so 50 MB give some 450 MB. Beyond it the rest of the file is a problem. */
  logFileInflatedMax: 1024 * 1024 * 1024,
  /** Up to this a file is inflated in one call, which is quicker; larger ones as a stream, piece by piece. */
  logFileWholeMax: 4 * 1024 * 1024,
  /** Entries of one file: AWS's largest hold some 400,000. Beyond it (a bomb made of `{}`) the rest is a problem. */
  logFileEntriesMax: 2_000_000,
  /** Bytes read twice behind damage: hostile nesting must not make every byte the start of another attempt. */
  logFileRescanMax: 64 * 1024 * 1024,
  /** AWS's own limit is 256 KB (1 MB for Lake stores). A larger record is skipped with a problem. */
  recordMax: 2 * 1024 * 1024,
  /** JSON deeper than this is a problem: recursion over a hostile record must not exhaust the stack. */
  recordDepthMax: 100,
  /** Names of one object whose sequence is remembered (base/key-shape.ts); AWS's records have some thirty. Wider objects are made slowly. */
  shapeKeysMax: 64,
  /** Sequences of names remembered; beyond it they are learned anew. */
  shapesMax: 10_000,
  /** Records handed on together: bounds memory for a large file and the size of one store write. */
  recordsPerBatchMax: 500,
  /** The text of such a batch: 500 records of the largest size must not stand in memory together. */
  recordsPerBatchBytesMax: 8 * 1024 * 1024,
  /** Files read at the same time: their writes become durable together. Each may hold one inflated file in memory. */
  deliveriesAtOnceMax: 4,
  /** Ids remembered so that a record seen twice is not counted twice by rules; the oldest half goes. */
  recentIdsMax: 200_000,
  /** Problems kept in full for a file; further ones are only counted. */
  problemsPerFileMax: 100,
  /** Problems kept in memory for the status page; the oldest go. */
  problemsKeptMax: 1000,
  /** Files a source found ahead of the reader; the search pauses beyond it. */
  deliveriesAheadMax: 1000,
  /** With `once`, how often a file is tried that its reader could not finish; then it is a problem and left for the next run. */
  deliveryTriesMax: 5,
  /** Files that were found and are left to other processes; the search pauses beyond it until some of them were read. */
  filesLeftMax: 10_000,
  /** How often it is looked which of these others have read, or whose they are now. */
  filesLeftLookMs: 1000,
  /**
   * A file that the process it belongs to did not read for so long is read by the next in order, though the other lives: it may not
   * be able to. What is left over of a process that died is read at once.
   */
  filesLeftTooLongMs: 120_000,
  /** How often a process that reads with others tells that it lives, and learns what they read. */
  memberBeatMs: 2000,
  /** After so long without a word a process counts as gone; by the clock of who listens. Longer than some slow answers of a cluster. */
  memberExpiryMs: 8000,
  /** How long one who comes listens which of the others live, before it reads. */
  memberListenMs: 3000,
  /** The words of those who are gone are deleted after so long. */
  memberForgetMs: 60_000,
  /** Processes that read with one cluster: beyond it some are not heard, and files are read twice. */
  membersMax: 1000,
  /** How long a file's size and mtime must have stood still before it is read. */
  fileStillMs: 500,
  /** With `once`, a file that never stands still is read as it is after this long, so that the run ends. */
  fileStillOnceMaxMs: 10_000,
  /** Watches on folders (the system's own limit is often 8,192 for all programs). Beyond it the longest unchanged one is given up; looking round finds its files. */
  folderWatchesMax: 2048,
  /** File look-ups a half second that looking round a watched tree may cost: some 2 % of a core. A larger tree takes longer for one round. */
  folderLooksPerRound: 500,
  /** Changed paths noted between two looks. Beyond it their folders are looked through instead. */
  changedPathsMax: 10_000,
  /** Standard input is cut into deliveries of about this size, at ends of lines; one JSON value may be longer. */
  stdinDeliveryMax: 8 * 1024 * 1024,
  /** Tries of one request to S3 (200 ms, 400 ms, … between them); then the listing or the file is tried again later. */
  s3TriesMax: 6,
  /** Listings of S3 under way together: it throttles by prefix, and each page may hold 1,000 keys. */
  s3ListingsMax: 8,
  /** Messages of a queue that are in hand: received, and not yet settled. Beyond it no more are received: other processes may have them. */
  sqsMessagesInHandMax: 40,
  /** Objects that one message may name: S3 names one, CloudTrail some. With more it is foreign: whoever sent it is none of theirs. */
  sqsObjectsMax: 1000,
  /** How long a message in hand is hidden from others, in seconds, where the queue does not say; told anew after a third of it. */
  sqsHiddenS: 60,
  /** The queue's own value within this: a killed process's messages must come back soon. */
  sqsHiddenMaxS: 120,
  /** A message whose file could not be read or stored is hidden for so long: from the first, doubled each time, to the second, in ms. */
  sqsAgainFirstMs: 5000,
  sqsAgainMaxMs: 900_000,
  /** The same for messages that announce nothing: a redrive policy of five receipts takes them after 15 minutes. */
  sqsForeignFirstMs: 60_000,
  /** Such messages of which it is remembered that they were told; the oldest are told again. */
  sqsForeignToldMax: 10_000,
  /** How long a stop waits for files that are being stored; then their messages are put back. */
  sqsStopMs: 1000,
  /** How often it is told how many files were passed over. */
  sqsSkippedTellMs: 60_000,
  /** A request body. `_bulk` clients send up to 10 MB; the original's limit is 100 MB. Larger: 413. */
  requestBodyMax: 100 * 1024 * 1024,
  /** All request bodies that are being read at one time. Beyond: 429, clients try again. */
  requestBodiesInFlightMax: 256 * 1024 * 1024,
  /** The request line and headers. Long index lists need room; Node's own default is 16 KB. Beyond: 431. */
  requestHeadersMax: 32 * 1024,
  /** Sending the headers, and sending the whole request: a slow sender must not hold a connection for ever. */
  requestHeadersTimeoutMs: 15_000,
  requestTimeoutMs: 120_000,
  /** Connections at one time; loopback clients need few. Further ones are closed. */
  connectionsMax: 512,
  /** A request body that the lab reads: aws uploads parts of 8 MB, and the lab keeps all in memory. Larger: 413. */
  labRequestBodyMax: 64 * 1024 * 1024,
  /** A key's bytes, as in S3. Longer: KeyTooLongError. */
  labKeyMax: 1024,
  /** Records that wait for one trail's next file; a bucket that refuses them must not fill the memory. The oldest go. */
  labRecordsWaitingMax: 50_000,
  /** Bytes of a data lake of an earlier run that the lab takes up again at its start; older files stay on the disk only. */
  labLakeReloadMax: 256 * 1024 * 1024,
  /** Messages of one queue; the oldest go, as they would after SQS's four days. */
  labQueueMessagesMax: 10_000,
  /** Resources of one stack (CloudFormation's own limit). Beyond: ValidationError. */
  labStackResourcesMax: 500,
  /** Characters of a template (CloudFormation's limit for one in S3). Beyond: ValidationError. */
  labTemplateMax: 1024 * 1024,
  /** Documents that a search returns (`index.max_result_window`). Beyond: 400. */
  resultWindowMax: 10_000,
  /** Scrolls open at one time; each holds up to a window of hits. Beyond: 429. */
  scrollsMax: 50,
  /** Points in time open at one time (`search.max_open_pit_context`). Beyond: 400. */
  pointsInTimeMax: 300,
  /** Events kept with an alert: newest first, `total` goes on counting. */
  eventsPerAlertMax: 100,
  /** Monitors (`plugins.alerting.monitor.max_monitors`). Beyond: 400. */
  monitorsMax: 1000,
  /** Triggers a monitor. Beyond: 400. */
  triggersPerMonitorMax: 10,
  /** Queries of one document-level monitor: each is put to every document that arrives. Beyond: 400. */
  documentQueriesMax: 1000,
  /** Documents found at a time by one query of a document-level monitor; further ones on the next page. */
  documentPage: 1000,
  /** Documents that one run of a document-level monitor takes (`doc_level_monitor_shard_fetch_size`); the rest follows in the next. */
  documentsPerRunMax: 10_000,
  /** Buckets that one run of a bucket-level monitor looks at, over all pages. Beyond: the run fails and says so. */
  bucketsPerRunMax: 100_000,
  /** Alerts whose actions run one by one; with more of them one message tells all (`plugins.alerting.max_actionable_alert_count`). */
  actionableAlertsMax: 50,
  /** Characters of a comment (`plugins.alerting.max_comment_character_length`). Beyond: 400. */
  commentLengthMax: 2000,
  /** Comments on one alert (`plugins.alerting.max_comments_per_alert`). Beyond: 400. */
  commentsPerAlertMax: 500,
  /** Messages kept in an alert's history, newest first, as in the original. */
  alertHistoryMax: 10,
  /** Channels, mail accounts and groups. Beyond: 400. */
  notificationConfigsMax: 1000,
  /** One try to send, from the look-up of its host to the end of the answer (the original: 5 s to connect, 50 s of silence). */
  sendTimeoutMs: 15_000,
  /** Between the tries of one message: doubling from the first pause to the longest. */
  sendFirstPauseMs: 2000,
  sendMaxPauseMs: 300_000,
  /** After this a message that could not be sent is given up, and its alert says so. */
  sendDeadlineMs: 3_600_000,
  /** Tries under way for one channel, and for all: a receiver that hangs holds up its own messages only. */
  sendsPerChannelMax: 4,
  sendsMax: 256,
  /** Messages that wait to be sent. Beyond it the oldest are given up. */
  notificationsWaitingMax: 5000,
  /** Records of messages that are done; the oldest go. */
  notificationsKeptMax: 5000,
  /** What is read of a receiver's answer; the rest is dropped. */
  receiverAnswerMax: 64 * 1024,
  /** Characters of an answer that are kept and told. */
  receiverAnswerShownMax: 2000,
  /** A mail (`opensearch.notifications.core.email.size_limit`). Beyond: it fails, as there. */
  mailMax: 10_000_000,
  /** Recipients of one mail channel, groups included; each gets a mail of its own. Further ones fail. */
  mailRecipientsMax: 500,
  /** Tries to send that an alert keeps of each action, newest first; the records of notifications hold them all. */
  attemptsPerActionMax: 10,
  /** An alert of an `arrived` monitor that nothing joined for this long is COMPLETED. */
  alertQuietMs: 24 * 3_600_000,
  /** From a matching document to the run of its monitor: documents of one batch share one run, and the promise is one second. */
  markDelayMs: 200,
  /** The same where files are read once: their events are old already, each run costs some milliseconds, and all run at the end. */
  markDelayOnceMs: 10_000,
  /** A marked monitor rests this many times its last run's duration: one that matches every event costs < 5 % of a core. */
  markRestFactor: 20,
  /** The same where monitors ask a cluster: the run is mostly waiting, and no monitor searches more than half of the time. */
  markRestFactorShared: 1,
  /** One run's searches (`plugins.alerting.input_timeout`). Beyond: the run fails, with an error alert. */
  monitorInputTimeoutMs: 30_000,
  /** Positions that a monitor without a match counts before it is stored how far it came: after a crash it looks at them again. */
  cursorLagMax: 50_000,
  /** Runs of different monitors at one time; further ones wait for a place. */
  monitorRunsMax: 16,
  /** Indices whose mapping the percolator keeps compiled queries for; the least used go and are compiled again. */
  percolatedIndicesMax: 64,
  /** Statements that a trigger condition may execute, as in the original (loop counter of Painless). */
  conditionStepsMax: 1_000_000,
  /** The same for the script of a bucket_selector or bucket_script and all of its buckets: 65,536 of them and some thirty nodes each. Beyond, it fails. */
  bucketScriptStepsMax: 2_000_000,
  /** Blocks of documents that the store keeps unpacked and parsed, by weight; the least used are read again. */
  openBlocksMax: 64 * 1024 * 1024,
  /** Unpacked blocks, pages and columns that nobody used for as long as this, or twice as long, go: memory comes back after a search of everything. */
  cacheAgeMs: 120_000,
  /** The same for what searches found in sealed segments and made of it: longer, since dashboards and monitors come back to it after minutes. */
  keptAgeMs: 1_800_000,
  /** A growing segment that nothing was added to for so long is written: its memory comes back, and a kill costs no indexing. */
  segmentQuietMs: 120_000,
  /** Paths that one segment of the store indexes, some 20 KB each while it grows; keys of policies and tags are an attacker's. Beyond it such paths are searched by reading. */
  segmentColumnsMax: 4096,
  /** Memory of a growing segment: documents of huge arrays fill one before it has many documents. It is sealed then. */
  segmentWeightMax: 192 * 1024 * 1024,
  /** Pages of segment files kept in memory; the least used are read again. */
  segmentPagesMax: 32 * 1024 * 1024,
  /** Parts of directories of segment files kept in memory, by weight; the least used are read again. */
  segmentPartsMax: 12 * 1024 * 1024,
  /** Results of queries over sealed segments that are kept; the least used are worked out again. */
  segmentResultsMax: 16 * 1024 * 1024,
  /** Which rows of sealed segments belong to which index: 8 KB for each that was asked lately; the least used are made again (10 µs). */
  segmentRowSetsMax: 8 * 1024 * 1024,
  /** Values by row of segment columns that aggregations and sorts asked for, some 64 to 500 KB a column of a segment: two columns of many values over a million documents. The least used are made again. */
  segmentColumnCacheMax: 48 * 1024 * 1024,
  /** What was found out of columns of values that hardly repeat (first ones, names), by weight; beyond, the least used are looked for again. */
  keptOfHashedMax: 16 * 1024 * 1024,
  /** What aggregations made of stretches of sealed segments (query/stretch.ts), by weight, and the values that they name; the least used, or all, are made again. */
  keptAggregationsMax: 12 * 1024 * 1024,
  keptNamesMax: 12 * 1024 * 1024,
  /** Buckets, tallies and distinct values that are kept of one stretch: more take longer to add than they save, and push others out. */
  keptEntriesMax: 50_000,
  /** The same where aggregations stand inside of buckets: each such bucket takes microseconds to make, and all are added at one stretch. */
  keptInnerEntriesMax: 4000,
  /** Which matches in parts of sealed segments can be among the first of a sort (query/tops.ts), by weight; the least used are looked for again. */
  keptTopsMax: 6 * 1024 * 1024,
  /** Documents written ahead of their index: beyond it a write waits for the index, so that searches stay quick and few parsed documents stay alive. */
  unindexedMax: 1024,
  /** After a start that finds many documents without an index, they are left to searches as they are for so long: the program answers first. */
  indexAfterMs: 1000,
  /** How long monitors wait after such a start until the documents have their index: some 2 CPU-seconds. Then they read them. */
  indexWaitMs: 15_000,
  /** Kinds of analysis and of index settings that indices share (query/shared-values.ts); beyond it some are made twice. */
  sharedAnalysesMax: 256,
  /** Field definitions that the mappings of one analysis share; beyond it some are made twice. */
  sharedFieldsMax: 40_000,
  /** Ways in which the indices of one search mean its query that are remembered; others are worked out for each index. */
  loweredKindsMax: 8,
  /** Segments of which one search remembers what it found for the indices before, in as many ways. */
  sharedHitsMax: 64,
  /** Names inside one flat_object that are remembered as fields: they are the documents' keys. */
  flatLeavesMax: 4096,
  /** Search answers kept while their indices do not change (store/search.ts), by weight; the least used are worked out again. */
  cachedResultsMax: 8 * 1024 * 1024,
  /** Folders within one another that are searched for rules and lists; deeper ones (a link in a circle) are passed over. */
  contentDepthMax: 16,
  /** Rules nested below one another; stock rulesets reach about 10. A deeper one is left out with a problem. */
  ruleDepthMax: 200,
  /** Bytes of a rule file that is put over the API; the largest stock file has some 200 KB. Larger: 413. */
  ruleFileMax: 2 * 1024 * 1024,
  /** Characters of a file that may be a monitor: a folder that is linted may hold data beside them. Longer ones are passed over, or an error where they were named. */
  monitorFileMax: 1024 * 1024,
  /** Sessions of log tests at one time, and how long an unused one is kept, as in Wazuh; the longest unused go. */
  logtestSessionsMax: 64,
  logtestIdleMs: 15 * 60_000,
  /** Steps that one expression of a rule may take on one text: some 10 ms. Beyond it does not match, with a problem naming the rule. */
  regexStepsMax: 2_000_000,
  /** Earlier matches that composite rules count in, over all rules (Wazuh's memory_size). The oldest ten go. */
  ruleHistoryMax: 8192,
  /** Characters of earlier logs kept for `previous_output`; the oldest lose their text, not their count. */
  ruleHistoryTextMax: 16 * 1024 * 1024,
  /** Sets of values that `<ignore>` remembers; the oldest go. */
  ruleIgnoredMax: 8192,
  /** Values of one field for which it is remembered which of a rule's children they satisfy; beyond it they are worked out anew. */
  ruleIndexValuesMax: 4096,
  /** Characters of such a value; longer ones are worked out each time. */
  ruleIndexValueMax: 256,
  /** Connections to a cluster; further requests wait for one. */
  engineConnectionsMax: 16,
  /** How long a cluster may be silent on one request; then it counts as lost. A `_bulk` waits up to a minute for a shard. */
  engineSilenceMs: 90_000,
  /** How long a node of a cluster has for taking a connection: a machine that is gone says nothing at all. */
  engineConnectMs: 5000,
  /** How long a request, or operations that were turned away (429), are tried again. Beyond: an error, and the file is read again. */
  engineDeadlineMs: 60_000,
  /** Bytes of one answer of a cluster: `http.max_content_length` bounds documents to 100 MB. Beyond: an error. */
  engineAnswerMax: 256 * 1024 * 1024,
  /** Characters of the index names in one request line: OpenSearch takes lines of 4,096 bytes. */
  enginePathMax: 3000,
  /** Characters and operations of one `_bulk`: OpenSearch's advice is 5 to 15 MB. */
  bulkBytesMax: 8 * 1024 * 1024,
  bulkOperationsMax: 5000,
  /** Documents changed by compare-and-set whose primary term is remembered; of others it is asked for. */
  engineTermsMax: 100,
  /** Event indices of a cluster are refreshed at most this often by us; what waits for it waits together. */
  engineRefreshMs: 1000,
  /** How often the holder of the lease renews it, and how long it trusts it from its last renewal: then it stops. */
  leaseRenewMs: 1000,
  leaseTrustMs: 5000,
  /** A lease that was not renewed for this long, by the clock of who looks, is taken over: longer than its holder trusts it. */
  leaseExpiryMs: 8000,
  /** A process that does not hold the lease reads monitors and alerts anew this often. */
  standbyMs: 5000,
  /** How often the holder of the lease looks for new documents of all processes. */
  arrivalPollMs: 250,
  /** New documents that are read to find the monitors they wake; with more of them at one look, all monitors are run. */
  arrivalReadMax: 5000,
  /** From one look at what arrived to the next: this many times what the refresh of it took, and limits.engineRefreshMs at least. */
  arrivalRestFactor: 2,
  /** But no longer: a refresh that takes a second must not make alerts wait for four more. */
  arrivalRestMaxMs: 2000,
  /** Indices in one list of clauses of a search by arrival: OpenSearch takes 1,024 clauses in one. More make several lists. */
  arrivalIndicesMax: 500,
  /**
   * Documents by whose ids aggregations over indices of several shards are told what arrived: some 4 MB of a request. Beyond it
   * those that did not arrive are named instead, and with too many of both the monitor's run is an error.
   */
  arrivalIdsMax: 50_000,
  /** Stretches of arrivals kept in the open part of their record; then they are put aside in a document of their own. */
  arrivalStretchesMax: 256,
  /**
   * Stretches of arrivals that are kept for monitors that are behind, some 100 bytes each in every process; a day of three busy
   * indices. Beyond it the oldest go, and monitors that did not count them are named.
   */
  arrivalStretchesKeptMax: 250_000,
  /** How often the holder of the lease lets the record of arrivals begin where the last monitor has counted to. */
  arrivalPruneMs: 60_000,
  /** Statements of one policy that are judged: AWS's largest policy, 20 KB, holds some 200. Beyond it the answer is never `not-public`. */
  policyStatementsMax: 500,
  /** Doors (policies, ACLs, blocks, APIs, functions) whose last changes are kept in memory: some 500 bytes each. The longest unchanged are forgotten until the next start. */
  postureDoorsMax: 100_000,
  /** Steps of the search for a request that a policy lets in: some 100 ms. Beyond it the verdict is `unknown`. */
  policySearchStepsMax: 100_000,
  /** One slice of work on the main loop before others may run. */
  sliceMs: 10,
  /** States of one user-written regular expression (Lucene's max_determinized_states is 10,000). Beyond: 400. */
  automatonStatesMax: 10_000,
  /** Words for which a fuzzy clause or a regular expression keeps its answer; further ones are worked out each time. */
  patternWordsMax: 4096,
  /** Alternatives in all of its states together: some 50 ms of work. Beyond: as with too many states. */
  automatonEffortMax: 50_000,
  /** Characters remembered at one state of it; further ones are worked out each time. */
  automatonEdgesMax: 512,
  /** Clauses of one query after `*` was expanded (`indices.query.bool.max_clause_count`). Beyond: an error, as there. */
  clausesMax: 1024,
  /** Documents in one percolate clause: each stored query is asked about all of them at a stretch. Beyond: 400. */
  percolatedDocumentsMax: 1_000,
  /** Queries inside one another: parser and compiler are recursive. Beyond: 400. */
  queryDepthMax: 100,
  /** Characters of a query_string (the original has no limit but the body's). Beyond: 400. */
  queryTextMax: 1024 * 1024,
  /** Buckets of one answer (`search.max_buckets`). Beyond: too_many_buckets_exception. */
  bucketsMax: 65_535,
  /** Buckets, tallies and distinct values that the aggregations of one search hold while they collect: some hundred MB. Beyond: circuit_breaking_exception, 429. */
  aggregationEntriesMax: 1_000_000,
  /** A search of the data folder that takes longer is given up (task_cancelled_exception, 429): ten million documents are read in less. */
  searchMs: 120_000,
  /** How often it is looked what retention has to delete. */
  retentionEveryMs: 10 * 60 * 1000,
  /** Notes of how far the store had come that are read: thinned as they are, some thousand tell of ten years. */
  arrivalMarksMax: 10_000,
} as const;
