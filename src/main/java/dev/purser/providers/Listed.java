package dev.purser.providers;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What is known of the names that a request may have under a strict budget: those that leave its
 * cost bounded, and those that do not and so are refused. A field or a beta that is in no table
 * widens the bound; a tool's type that is in none is refused. {@code docs/bound.md} has the same
 * tables.
 */
enum Listed {
  ANTHROPIC_FIELDS(
      """
      cache_control         | its tokens count at the highest write rate that the body asks for
      context_management    | edits that only clear something; any other edit is refused
      diagnostics           | adds a reason to the answer
      fallback_credit_token | only lowers what is billed
      inference_geo         | where it is absent, the most expensive place counts
      max_tokens            | the bound of the answer, thinking included
      messages              | text by its bytes, images by their rule, all else by the window
      metadata              | nothing is billed for it
      model                 | its price and its window are the bound's
      output_config         | a format adds the hidden prompt; effort stays below max_tokens
      output_format         | adds the hidden prompt
      service_tier          | capacity bought in advance is not billed by the token
      speed                 | fast mode counts at its own price
      stop_sequences        | end the answer sooner
      stream                | changes how the answer comes, not what it costs
      system                | text by its bytes
      temperature           | changes what is written, not how much may be
      thinking              | its tokens are among those of max_tokens
      thread                | a new one is in the body; to go on with one counts as the window
      tool_choice           | the hidden prompt counts for every choice
      tools                 | by their bytes and the hidden prompt; their types are listed below
      top_k                 | changes what is written, not how much may be
      top_p                 | changes what is written, not how much may be
      """),
  ANTHROPIC_TOOLS(
      """
      bash_20241022        | the program runs it; its description counts 2,000 tokens
      bash_20250124        | the program runs it; its description counts 2,000 tokens
      computer_20241022    | the program runs it; the input counts as the window
      computer_20250124    | the program runs it; the input counts as the window
      computer_20251124    | the program runs it; the input counts as the window
      custom               | the program describes and runs it
      memory_20250818      | the program runs it; the input counts as the window
      text_editor_20241022 | the program runs it; its description counts 2,000 tokens
      text_editor_20250124 | the program runs it; its description counts 2,000 tokens
      text_editor_20250429 | the program runs it; its description counts 2,000 tokens
      text_editor_20250728 | the program runs it; its description counts 2,000 tokens
      web_fetch_20250910   | bounded by max_uses, which is set where it is missing
      web_fetch_20260209   | the same, and needs allowed_callers with direct alone
      web_fetch_20260309   | the same, and needs allowed_callers with direct alone
      web_fetch_20260318   | the same, and needs allowed_callers with direct alone
      web_search_20250305  | bounded by max_uses, which is set where it is missing
      web_search_20260209  | the same, and needs allowed_callers with direct alone
      web_search_20260318  | the same, and needs allowed_callers with direct alone
      """),
  ANTHROPIC_BETAS(
      """
      adaptive-thinking-2026-01-28                | thinking stays below max_tokens
      advanced-tool-use-2025-11-20                | its tools are bounded by their types
      advisor-tool-2026-03-01                     | its tool is refused by its type
      cache-diagnosis-2026-04-07                  | adds a reason to the answer
      claude-code-20250219                        | names the program that calls
      code-execution-2025-05-22                   | its tools are refused by their types
      compact-2026-01-12                          | its edit is refused
      compact-2026-09-04                          | its field is refused
      computer-use-2024-10-22                     | its tools are listed
      computer-use-2025-01-24                     | its tools are listed
      computer-use-2025-11-24                     | its tools are listed
      context-1m-2025-08-07                       | only for models whose listed window is as large
      context-management-2025-06-27               | its edits are listed
      effort-2025-11-24                           | effort stays below max_tokens
      extended-cache-ttl-2025-04-11               | the body says what is kept for an hour
      fallback-credit-2026-06-01                  | only lowers what is billed
      fallback-credit-2026-07-01                  | only lowers what is billed
      fast-mode-2026-02-01                        | the body asks for the speed, at its own price
      files-api-2025-04-14                        | an image by its rule, a document by the window
      fine-grained-tool-streaming-2025-05-14      | changes how the answer comes
      inline-tools-2026-09-15                     | tools in messages are read as those in tools
      interleaved-thinking-2025-05-14             | all blocks together stay below max_tokens
      mcp-client-2025-04-04                       | its field is refused
      mcp-client-2025-11-20                       | its field is refused
      mcp-client-2026-09-15                       | its field is refused
      message-threads-2026-08-12                  | its field is bounded
      mid-conversation-output-config-2026-07-01   | effort stays below max_tokens
      mid-conversation-system-2026-04-07          | text by its bytes
      mid-conversation-system-clear-at-2026-08-21 | only takes something away
      mid-conversation-tool-changes-2026-07-01    | a tool counts again where it is named
      model-context-window-exceeded-2025-08-26    | ends an answer that would be refused
      output-128k-2025-02-19                      | the answer is bounded by max_tokens
      output-300k-2026-03-24                      | the answer is bounded by max_tokens
      pdfs-2024-09-25                             | a document counts as the window
      per-turn-control-2026-07-01                 | effort stays below max_tokens
      prompt-caching-2024-07-31                   | the body says what is cached
      prompt-caching-scope-2026-01-05             | the body says what is cached
      server-side-fallback-2026-06-01             | its field is refused
      server-side-fallback-2026-07-01             | its field is refused
      skills-2025-10-02                           | its field is refused
      structured-outputs-2025-11-13               | adds the hidden prompt
      structured-outputs-2025-12-15               | adds the hidden prompt
      task-budgets-2026-03-13                     | only makes answers shorter
      thinking-binding-controls-2026-08-01        | only takes something away
      thinking-display-updates-2026-08-18         | changes how the answer comes
      thinking-token-count-2026-05-13             | adds a figure to the answer
      token-counting-2024-11-01                   | concerns the free counter
      token-efficient-tools-2025-02-19            | makes calls of tools shorter
      """),
  CHAT_FIELDS(
      """
      frequency_penalty      | changes what is written, not how much may be
      function_call          | chooses among functions
      functions              | by their bytes
      logit_bias             | changes what is written, not how much may be
      logprobs               | nothing is billed for it
      max_completion_tokens  | the bound of one answer, reasoning included
      max_tokens             | the bound of one answer; the larger of both counts
      messages               | text by its bytes, all else by the window
      metadata               | nothing is billed for it
      modalities             | text alone; audio is refused under every budget
      model                  | its price and its window are the bound's
      moderation             | the moderation models are free
      n                      | answers are billed one by one, and bounded so
      parallel_tool_calls    | all calls are in one answer
      presence_penalty       | changes what is written, not how much may be
      prompt_cache_key       | writes count wherever the model bills them
      prompt_cache_options   | 12 hours count at their own rate
      prompt_cache_retention | counts as 12 hours
      reasoning_effort       | reasoning stays below the limit of the answer
      response_format        | by its bytes
      safety_identifier      | nothing is billed for it
      seed                   | changes what is written, not how much may be
      service_tier           | set to default where it is absent or auto; else its own price
      stop                   | ends the answer sooner
      store                  | nothing is billed for it
      stream                 | changes how the answer comes, not what it costs
      stream_options         | changes how the answer comes, not what it costs
      temperature            | changes what is written, not how much may be
      tool_choice            | chooses among tools
      tools                  | by their bytes; their types are listed below
      top_logprobs           | nothing is billed for it
      top_p                  | changes what is written, not how much may be
      user                   | nothing is billed for it
      verbosity              | stays below the limit of the answer
      """),
  CHAT_TOOLS(
      """
      custom   | the program describes and runs it
      function | the program describes and runs it
      """),
  RESPONSES_FIELDS(
      """
      background             | false alone; true is refused under every budget
      client_metadata        | nothing is billed for it
      conversation           | what is stored counts as the window
      include                | asks for more of what was computed anyway
      input                  | text by its bytes, all else by the window
      instructions           | text by its bytes
      max_output_tokens      | the bound of the answer, reasoning included
      max_tool_calls         | the bound of OpenAI's own tools, which need it
      metadata               | nothing is billed for it
      model                  | its price and its window are the bound's
      moderation             | the moderation models are free
      parallel_tool_calls    | all calls are in one answer
      previous_response_id   | what is stored counts as the window
      prompt_cache_key       | writes count wherever the model bills them
      prompt_cache_options   | 12 hours count at their own rate
      prompt_cache_retention | counts as 12 hours
      reasoning              | stays below the limit of the answer
      safety_identifier      | nothing is billed for it
      service_tier           | set to default where it is absent or auto; else its own price
      store                  | nothing is billed for it
      stream                 | changes how the answer comes, not what it costs
      stream_options         | changes how the answer comes, not what it costs
      temperature            | changes what is written, not how much may be
      text                   | a format by its bytes
      tool_choice            | chooses among tools
      tools                  | by their bytes; their types are listed below
      top_logprobs           | nothing is billed for it
      top_p                  | changes what is written, not how much may be
      truncation             | only takes something away
      user                   | nothing is billed for it
      """),
  RESPONSES_TOOLS(
      """
      apply_patch           | the program runs it; the input counts as the window
      computer              | the program runs it; the input counts as the window
      computer_use_preview  | the program runs it; the input counts as the window
      custom                | the program describes and runs it
      function              | the program describes and runs it
      local_shell           | the program runs it; the input counts as the window
      namespace             | its tools are read as all others
      shell                 | local alone: the program runs it; the input counts as the window
      tool_search           | run by the program alone: execution must be client
      web_search            | bounded by max_tool_calls, which is set where it is missing
      web_search_2025_08_26 | bounded by max_tool_calls, which is set where it is missing
      """),
  EMBEDDINGS_FIELDS(
      """
      dimensions      | changes the form of the answer
      encoding_format | changes the form of the answer
      input           | by its bytes, or two bytes and more for each token
      model           | its price is the bound's
      user            | nothing is billed for it
      """),
  REFUSED_FIELDS(
      """
      compaction         | a summary, of which the request does not limit the length
      container          | billed beside the tokens, and code runs the model without a limit
      context_management | compaction is a separate pass that the request does not limit
      fallbacks          | another model's price
      mcp_servers        | their tools are used as often as the model likes
      multi_agent        | further agents run as often as the model likes
      prediction         | what is rejected is billed beside the limit of the answer
      prompt             | what is stored may have tools
      web_search_options | how often it searches has no limit
      """);

  @SuppressWarnings("ImmutableEnumChecker") // unmodifiable, and Map.copyOf would lose the order
  private final Map<String, String> reasons;

  Listed(String table) {
    Map<String, String> read = new LinkedHashMap<>();
    for (String line : table.lines().toList()) {
      int bar = line.indexOf('|');
      read.put(line.substring(0, bar).strip(), line.substring(bar + 1).strip());
    }
    this.reasons = Collections.unmodifiableMap(read);
  }

  /** Each name with the reason why it leaves the cost bounded. */
  Map<String, String> reasons() {
    return reasons;
  }

  /** The fields at the top of a body that a dialect's requests may have. */
  static Listed fieldsOf(Dialect dialect) {
    return switch (dialect) {
      case ANTHROPIC_MESSAGES -> ANTHROPIC_FIELDS;
      case OPENAI_CHAT -> CHAT_FIELDS;
      case OPENAI_RESPONSES -> RESPONSES_FIELDS;
      case OPENAI_EMBEDDINGS -> EMBEDDINGS_FIELDS;
    };
  }

  /** Whether any of the tables has it. */
  static boolean knows(String name) {
    return Arrays.stream(values()).anyMatch(table -> table.has(name));
  }

  boolean has(String name) {
    return reasons.containsKey(name);
  }
}
