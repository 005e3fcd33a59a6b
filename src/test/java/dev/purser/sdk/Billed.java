package dev.purser.sdk;

import com.anthropic.models.messages.Message;
import com.anthropic.models.messages.ServerToolUsage;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.completions.CompletionUsage;
import com.openai.models.embeddings.CreateEmbeddingResponse;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseOutputItem;
import com.openai.models.responses.ResponseUsage;
import dev.langchain4j.model.output.TokenUsage;
import dev.purser.pricing.Kind;
import dev.purser.pricing.ModelUsage;

/**
 * What a call used, as an SDK reads it from the answer or as it was booked; of each token count the
 * part that no other has, except that {@code reasoning} is a part of {@code output}.
 */
public record Billed(
    long input, long cacheRead, long cacheWrite, long output, long reasoning, long webSearches) {

  public static Billed of(ModelUsage usage) {
    return new Billed(
        usage.count(Kind.INPUT),
        usage.count(Kind.CACHE_READ),
        usage.sum(Kind.Group.CACHE_WRITE),
        usage.count(Kind.OUTPUT),
        usage.reasoning(),
        usage.count(Kind.WEB_SEARCH));
  }

  static Billed of(Message message) {
    com.anthropic.models.messages.Usage usage = message.usage();
    return new Billed(
        usage.inputTokens(),
        usage.cacheReadInputTokens().orElse(0L),
        usage.cacheCreationInputTokens().orElse(0L),
        usage.outputTokens(),
        usage.outputTokensDetails().map(details -> details.thinkingTokens()).orElse(0L),
        usage.serverToolUse().map(ServerToolUsage::webSearchRequests).orElse(0L));
  }

  static Billed of(ChatCompletion completion) {
    CompletionUsage usage = completion.usage().orElseThrow();
    long read = usage.promptTokensDetails().flatMap(prompt -> prompt.cachedTokens()).orElse(0L);
    long written =
        usage.promptTokensDetails().flatMap(prompt -> prompt.cacheWriteTokens()).orElse(0L);
    return new Billed(
        usage.promptTokens() - read - written,
        read,
        written,
        usage.completionTokens(),
        usage.completionTokensDetails().flatMap(output -> output.reasoningTokens()).orElse(0L),
        0);
  }

  static Billed of(Response response) {
    ResponseUsage usage = response.usage().orElseThrow();
    long read = usage.inputTokensDetails().cachedTokens();
    long written = usage.inputTokensDetails().cacheWriteTokens();
    return new Billed(
        usage.inputTokens() - read - written,
        read,
        written,
        usage.outputTokens(),
        usage.outputTokensDetails().reasoningTokens(),
        response.output().stream().filter(ResponseOutputItem::isWebSearchCall).count());
  }

  static Billed of(CreateEmbeddingResponse response) {
    return new Billed(response.usage().promptTokens(), 0, 0, 0, 0, 0);
  }

  /** Of a call that cached nothing, thought nothing and searched nothing. */
  static Billed of(TokenUsage usage) {
    return new Billed(usage.inputTokenCount(), 0, 0, usage.outputTokenCount(), 0, 0);
  }
}
