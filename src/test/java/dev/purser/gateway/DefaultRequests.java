package dev.purser.gateway;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What coding tools send when nobody has configured anything: their headers and the shape of their
 * bodies, with other words.
 */
final class DefaultRequests {
  private static final String MESSAGES = "/v1/messages";
  private static final String RESPONSES = "/v1/responses";
  private static final String CLAUDE_CODE_BETAS =
      "claude-code-20250219,interleaved-thinking-2025-05-14,context-management-2025-06-27,"
          + "per-turn-control-2026-07-01,mid-conversation-tool-changes-2026-07-01,"
          + "thinking-token-count-2026-05-13,advanced-tool-use-2025-11-20,effort-2025-11-24";

  private DefaultRequests() {}

  /** One of them. */
  record Sent(String client, String path, Map<String, String> headers, String body) {
    @Override
    public String toString() {
      return client;
    }

    Sent withBeta(String beta) {
      return new Sent(
          client, path, Map.of("anthropic-beta", headers.get("anthropic-beta") + "," + beta), body);
    }

    Sent withField(String member) {
      return new Sent(client, path, headers, body.replaceFirst("\\{", "{" + member + ","));
    }
  }

  static List<Sent> all() {
    List<Sent> all = new ArrayList<>();
    for (String model :
        List.of("claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-5-5", "claude-fable-5-2")) {
      all.add(claudeCode(model));
    }
    all.add(olderClaudeCode());
    all.add(codexWithNewerModel());
    all.add(codexWithUnknownModel());
    all.add(openCode("claude-opus-5-5"));
    all.add(openCode("claude-fable-5-1"));
    all.add(toolRunner());
    return all;
  }

  static Sent claudeCode(String model) {
    return message("Claude Code 2.1.332, " + model, CLAUDE_CODE_BETAS, claudeCodeBody(model));
  }

  private static Sent olderClaudeCode() {
    return message(
        "Claude Code 2.1.197",
        CLAUDE_CODE_BETAS
            + ",mid-conversation-system-2026-04-07,context-1m-2025-08-07,"
            + "prompt-caching-scope-2026-01-05",
        claudeCodeBody("claude-opus-4-8"));
  }

  private static Sent message(String client, String betas, String body) {
    return new Sent(client, MESSAGES, Map.of("anthropic-beta", betas), body);
  }

  private static String claudeCodeBody(String model) {
    return """
    {"model":"%s","max_tokens":128000,"stream":true,
     "metadata":{"user_id":"{\\"device_id\\":\\"d\\",\\"session_id\\":\\"s\\"}"},
     "thinking":{"type":"adaptive"},"output_config":{"effort":"high"},
     "context_management":{"edits":[{"type":"clear_thinking_20251015","keep":"all"}]},
     "system":[{"type":"text","text":"You help with code. %s",
       "cache_control":{"type":"ephemeral","ttl":"1h"}}],
     "tools":[%s],
     "messages":[
       {"role":"user","content":[{"type":"text","text":"What is in this folder?"}]},
       {"role":"assistant","content":[
         {"type":"thinking","thinking":"","signature":"c2lnbmVk"},
         {"type":"tool_use","id":"toolu_1","name":"tool_1","input":{"command":"ls"}}]},
       {"role":"user","content":[
         {"type":"tool_result","tool_use_id":"toolu_1","content":"README.md"}]},
       {"role":"system","content":[
         {"type":"text","text":"Tools have changed."},
         {"type":"tool_addition","tool":{"type":"tool_reference","name":"tool_2"}},
         {"type":"tool_removal","tool":{"type":"tool_reference","name":"tool_3"}}],
        "output_config":{"effort":"low"}}]}\
    """
        .formatted(model, words(12_000), anthropicTools(24));
  }

  private static Sent openCode(String model) {
    return message(
        "opencode 1.18, " + model,
        "interleaved-thinking-2025-05-14,fine-grained-tool-streaming-2025-05-14,"
            + "thinking-binding-controls-2026-08-01",
        """
        {"model":"%s","max_tokens":32000,"stream":true,"thinking":{"type":"adaptive"},
         "system":[{"type":"text","text":"%s","cache_control":{"type":"ephemeral"}}],
         "tools":[%s],"tool_choice":{"type":"auto"},
         "messages":[{"role":"user","content":[{"type":"text","text":"Fix the test.",
           "cache_control":{"type":"ephemeral"}}]}]}\
        """
            .formatted(model, words(9_000), anthropicTools(12)));
  }

  private static Sent toolRunner() {
    return message(
        "toolRunner",
        "message-threads-2026-08-12",
        """
        {"model":"claude-opus-5-5","max_tokens":16000,"stream":false,"thread":{"type":"create"},
         "tools":[%s],"messages":[{"role":"user","content":"What is the weather in Paris?"}]}\
        """
            .formatted(anthropicTools(2)));
  }

  /** Its tools stand in an item of the input. */
  static Sent codexWithNewerModel() {
    return new Sent(
        "Codex 0.171, gpt-6.2-sol",
        RESPONSES,
        Map.of("originator", "codex_cli_rs", "session-id", "s", "thread-id", "t"),
        """
        {"model":"gpt-6.2-sol","stream":true,"instructions":"%s",
         "input":[
           {"type":"additional_tools","role":"developer","tools":[%s,
             {"type":"namespace","name":"mcp__files","description":"Files.","tools":[%s]}]},
           {"type":"message","role":"developer","content":[{"type":"input_text","text":"Be brief."}]},
           {"type":"message","role":"user","content":[{"type":"input_text","text":"Fix it."}]},
           {"type":"reasoning","summary":[],"encrypted_content":"Zm9v"},
           {"type":"function_call","call_id":"c","name":"tool_1","arguments":"{}"},
           {"type":"function_call_output","call_id":"c","output":"done"}],
         %s}\
        """
            .formatted(words(16_000), openAiTools(8), openAiTools(3), codexRest()));
  }

  /** Its tools stand where they always did, with a search that has no limit. */
  private static Sent codexWithUnknownModel() {
    return new Sent(
        "Codex 0.171, gpt-5-nano",
        RESPONSES,
        Map.of("originator", "codex_cli_rs", "session-id", "s", "thread-id", "t"),
        """
        {"model":"gpt-5-nano","stream":true,"instructions":"%s",
         "tools":[%s,{"type":"custom","name":"apply_patch","description":"Edits files.",
             "format":{"type":"grammar","syntax":"lark","definition":"start: WORD"}},
           {"type":"namespace","name":"agents","description":"Agents.","tools":[%s]},
           {"type":"web_search"}],
         "input":[{"type":"message","role":"user",
           "content":[{"type":"input_text","text":"Fix it."}]}],
         %s}\
        """
            .formatted(words(16_000), openAiTools(8), openAiTools(3), codexRest()));
  }

  private static String codexRest() {
    return """
    "tool_choice":"auto","parallel_tool_calls":true,"reasoning":{"effort":"medium"},
    "store":false,"include":["reasoning.encrypted_content"],"prompt_cache_key":"s",
    "text":{"verbosity":"low"},"client_metadata":{"session_id":"s"}\
    """;
  }

  private static String anthropicTools(int count) {
    return tools(
        count,
        """
        {"name":"tool_%d","description":"%s","input_schema":{"type":"object","properties":{}}}\
        """);
  }

  private static String openAiTools(int count) {
    return tools(
        count,
        """
        {"type":"function","name":"tool_%d","description":"%s","strict":false,
         "parameters":{"type":"object","properties":{}}}\
        """);
  }

  private static String tools(int count, String form) {
    List<String> tools =
        IntStream.rangeClosed(1, count).mapToObj(i -> form.formatted(i, words(1_500))).toList();
    return String.join(",", tools);
  }

  private static String words(int bytes) {
    return "Look before you write. ".repeat(bytes / 23);
  }
}
