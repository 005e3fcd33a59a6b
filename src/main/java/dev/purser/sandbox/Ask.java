package dev.purser.sandbox;

import dev.purser.sandbox.PromptCache.Block;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What a request asks for, in whatever dialect.
 *
 * @param question the last text of the user
 * @param toolAnswered whether the last thing said is the result of a tool
 * @param toolForced whether one of the tools must be called
 * @param searchOffered whether the model may search the web
 * @param reasoningTokens that the model thinks before it answers
 * @param outputLimit in tokens, thinking included
 * @param schema that the answer's text must fit; null for free text
 */
record Ask(
    String model,
    boolean stream,
    List<Block> prompt,
    String question,
    boolean toolAnswered,
    List<Tool> tools,
    boolean toolForced,
    boolean searchOffered,
    long reasoningTokens,
    long outputLimit,
    @Nullable JsonNode schema,
    Wishes wishes) {

  /** A tool that the caller runs. */
  record Tool(String name, JsonNode schema) {}

  Ask {
    prompt = List.copyOf(prompt);
    tools = List.copyOf(tools);
  }
}
