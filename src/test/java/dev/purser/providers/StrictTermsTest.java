package dev.purser.providers;

import static dev.purser.providers.Dialect.ANTHROPIC_MESSAGES;
import static dev.purser.providers.Dialect.OPENAI_CHAT;
import static dev.purser.providers.Dialect.OPENAI_EMBEDDINGS;
import static dev.purser.providers.Dialect.OPENAI_RESPONSES;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.money.Money;
import dev.purser.pricing.PriceList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a strict budget asks of a request: what it refuses, and what it bounds more closely. */
class StrictTermsTest {
  private static final PriceList PRICES = PriceList.shipped();

  private static CallRequest call(Dialect dialect, String body) {
    return Exchange.accepted(dialect, body.replace('\'', '"'));
  }

  private static StrictTerms strict(Dialect dialect, String body, String model) {
    return call(dialect, body).strict(model, Exchange.ASK, PRICES, Exchange.NOW);
  }

  private static @Nullable String unbounded(Dialect dialect, String body, String model) {
    return strict(dialect, body, model).bound().unboundedField();
  }

  private static String model(Dialect dialect) {
    return switch (dialect) {
      case ANTHROPIC_MESSAGES -> "claude-opus-5-5";
      case OPENAI_CHAT, OPENAI_RESPONSES -> "gpt-6.1-sol";
      case OPENAI_EMBEDDINGS -> "text-embedding-3-small";
    };
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ANTHROPIC_MESSAGES | {'max_tokens':9,'container':'c'}                               | container",
        "ANTHROPIC_MESSAGES | {'max_tokens':9,'mcp_servers':[]}                              | mcp_servers",
        "ANTHROPIC_MESSAGES | {'max_tokens':9,'fallbacks':[{}]}                              | fallbacks",
        "ANTHROPIC_MESSAGES | {'max_tokens':9,'compaction':{}}                               | compaction",
        "ANTHROPIC_MESSAGES | {'max_tokens':9,'<script>':1}                                  | a field without a name",
        "ANTHROPIC_MESSAGES | {'context_management':{'edits':[{'type':'compact_20260112'}]}} | context_management",
        "ANTHROPIC_MESSAGES | {'context_management':{'edits':[{}]}}                          | context_management",
        "ANTHROPIC_MESSAGES | {'tools':[{'type':'code_execution_20260521'}]}                 | tools[].type code_execution_20260521",
        "ANTHROPIC_MESSAGES | {'tools':[{'type':'advisor_20260301','max_uses':1}]}           | tools[].type advisor_20260301",
        "ANTHROPIC_MESSAGES | {'tools':[{'type':'tool_search_tool_bm25_20251119'}]}          | tools[].type tool_search_tool_bm25_20251119",
        "ANTHROPIC_MESSAGES | {'tools':[{'type':{'a':1}}]}                                   | tools[].type",
        "ANTHROPIC_MESSAGES | {'tools':[{'type':'web_search_20250305','max_uses':501}]}      | tools[].max_uses",
        "ANTHROPIC_MESSAGES | {'tools':[{'type':'web_search_20250305','max_uses':0}]}        | tools[].max_uses",
        "ANTHROPIC_MESSAGES | {'tools':[{'type':'web_search_20260318','max_uses':2}]}        | tools[].allowed_callers",
        "OPENAI_CHAT        | {'web_search_options':{}}                                      | web_search_options",
        "OPENAI_CHAT        | {'prediction':{'type':'content','content':'x'}}                | prediction",
        "OPENAI_CHAT        | {'tools':[{'type':'web_search'}]}                              | tools[].type web_search",
        "OPENAI_RESPONSES   | {'tools':[{'type':'mcp'}],'max_tool_calls':1}                  | tools[].type mcp",
        "OPENAI_RESPONSES   | {'tools':[{'type':'web_search'}],'max_tool_calls':501}         | max_tool_calls",
        "OPENAI_RESPONSES   | {'tools':[{'type':'web_search_preview'}],'max_tool_calls':1}   | tools[].type web_search_preview",
        "OPENAI_RESPONSES   | {'tools':[{'type':'shell'}]}                                   | tools[].environment",
        "OPENAI_RESPONSES   | {'tools':[{'type':'shell','environment':{'type':'remote'}}]}   | tools[].environment",
        "OPENAI_RESPONSES   | {'service_tier':'tomorrow','max_output_tokens':9}              | service_tier",
        "ANTHROPIC_MESSAGES | {'inference_geo':'moon','max_tokens':9}                        | inference_geo",
        "ANTHROPIC_MESSAGES | {'messages':[{'content':[{'type':'tool_addition','tool':{'type':'tool_definition','definition':{'type':'code_execution_20260521'}}}]}]} | messages[].content[].tool.definition.type code_execution_20260521",
        "ANTHROPIC_MESSAGES | {'messages':[{'content':[{'tool':{'definition':{'type':'mcp_toolset','mcp_server_name':'s'}}}]}]} | messages[].content[].tool.definition.type mcp_toolset",
        "ANTHROPIC_MESSAGES | {'messages':[{'content':[{'tool':{'definition':{'type':'advisor_20260301','max_uses':1}}}]}]} | messages[].content[].tool.definition.type advisor_20260301",
        "ANTHROPIC_MESSAGES | {'messages':[{'content':[{'tool':{'definition':{'type':'web_search_20250305','max_uses':501}}}]}]} | messages[].content[].tool.definition.max_uses",
        "ANTHROPIC_MESSAGES | {'messages':[{'content':[{'tool':{'definition':{'type':'web_search_20260318','max_uses':1}}}]}]} | messages[].content[].tool.definition.allowed_callers",
        "ANTHROPIC_MESSAGES | {'messages':[{'content':[{'type':'compaction','tool_changes':[{'tool':{'definition':{'type':'bash_20990101'}}}]}]}]} | messages[].content[].tool_changes[].tool.definition.type bash_20990101",
        "ANTHROPIC_MESSAGES | {'tools':[{'type':'web_search_20250305','max_uses':300},{'type':'web_fetch_20250910','max_uses':300}]} | tools[].max_uses",
        "ANTHROPIC_MESSAGES | {'thread':{'type':'create'},'tools':[{'type':'web_search_20250305','max_uses':1}]} | thread",
        "OPENAI_CHAT        | {'tool_choice':{'type':'allowed_tools','allowed_tools':{'tools':[{'type':'web_search'}]}}} | tool_choice.allowed_tools.tools[].type web_search",
        "OPENAI_RESPONSES   | {'input':[{'type':'additional_tools','tools':[{'type':'mcp'}]}]}      | input[].tools[].type mcp",
        "OPENAI_RESPONSES   | {'input':[{'type':'tool_search_output','tools':[{'type':'programmatic_tool_calling'}]}]} | input[].tools[].type programmatic_tool_calling",
        "OPENAI_RESPONSES   | {'input':[{'type':'additional_tools','tools':[{'type':'shell'}]}]}    | input[].tools[].environment",
        "OPENAI_RESPONSES   | {'input':[{'type':'additional_tools','tools':[{'type':'web_search'}]}]} | store",
        "OPENAI_RESPONSES   | {'input':[{'tools':[{'type':'web_search'}]}],'store':true,'max_tool_calls':1} | store",
        "OPENAI_RESPONSES   | {'tools':[{'type':'namespace','tools':[{'type':'mcp'}]}]}             | tools[].tools[].type mcp",
        "OPENAI_RESPONSES   | {'input':[{'tools':[{'type':'namespace','tools':[{'type':'web_search_preview'}]}]}],'max_tool_calls':1} | input[].tools[].tools[].type web_search_preview",
        "OPENAI_RESPONSES   | {'tool_choice':{'type':'allowed_tools','tools':[{'type':'mcp'}]}}     | tool_choice.tools[].type mcp",
        "OPENAI_RESPONSES   | {'tools':[{'type':'tool_search'}]}                             | tools[].execution",
        "OPENAI_RESPONSES   | {'prompt':{'id':'p'}}                                          | prompt",
        "OPENAI_RESPONSES   | {'context_management':[{'type':'compaction'}]}                 | context_management",
        "OPENAI_RESPONSES   | {'multi_agent':{'enabled':true},'max_output_tokens':9}         | multi_agent",
        "OPENAI_RESPONSES   | {'input':[{'role':'user'},{'type':'compaction_trigger'}]}      | input[].type",
        "OPENAI_RESPONSES   | {'reasoning':{'mode':'pro'},'max_output_tokens':9}             | reasoning.mode",
        "OPENAI_RESPONSES   | {'input':[{'tools':[{'type':'web_search'}]}],'store':false,'conversation':'c','max_tool_calls':1} | store",
        "ANTHROPIC_MESSAGES | {'system':[{'type':'tool_addition','tool':{'definition':{'type':'mcp_toolset'}}}]} | system[].tool.definition.type mcp_toolset",
        "ANTHROPIC_MESSAGES | {'messages':[{'content':[{'type':'tool_result','content':[{'type':'tool_addition','tool':{'definition':{'type':'code_execution_20260521'}}}]}]}]} | messages[].content[].content[].tool.definition.type code_execution_20260521",
      })
  void whatCannotBeBoundedIsNamed(Dialect dialect, String body, String field) {
    assertThat(unbounded(dialect, body, model(dialect))).isEqualTo(field);
  }

  @Test
  void aModelThatLoopsByItselfOrOfWhichNothingIsKnownIsNamed() {
    assertThat(unbounded(OPENAI_CHAT, "{'max_tokens':9}", "gpt-4o-search-preview"))
        .isEqualTo("model");
    assertThat(unbounded(OPENAI_RESPONSES, "{'max_output_tokens':9}", "o3-deep-research"))
        .isEqualTo("model");
    String image =
        "{'max_output_tokens':9,'input':[{'role':'user','content':[{'type':'input_image'}]}]}";
    assertThat(unbounded(OPENAI_RESPONSES, image, "gpt-tomorrow")).isEqualTo("model");
    assertThat(unbounded(OPENAI_RESPONSES, "{'input':'x'}", "gpt-tomorrow"))
        .isEqualTo("max_output_tokens");
    assertThat(unbounded(OPENAI_RESPONSES, "{'input':'x','max_output_tokens':9}", "gpt-tomorrow"))
        .isNull();
  }

  @Test
  void termsOnWhichAKnownModelHasNoPriceAreNamedAndThoseWithOneAreNot() {
    String fast = "{'speed':'fast','max_tokens':9}";
    assertThat(unbounded(ANTHROPIC_MESSAGES, fast, "claude-fable-5-2")).isEqualTo("speed");
    assertThat(unbounded(ANTHROPIC_MESSAGES, fast, "claude-opus-5-5")).isNull();
    assertThat(
            unbounded(
                ANTHROPIC_MESSAGES,
                "{'tools':[{'type':'web_search_20250305','max_uses':500}],'max_tokens':9}",
                "claude-opus-5-5"))
        .isNull();
    assertThat(
            unbounded(
                OPENAI_RESPONSES,
                "{'tools':[{'type':'shell','environment':{'type':'local'}}],'max_output_tokens':9}",
                "gpt-6.1-sol"))
        .isNull();
  }

  @Test
  void whatClaudeCodeSendsIsBoundedByItsText() {
    String body =
        "{'model':'claude-opus-5-5','max_tokens':32000,'stream':true,'metadata':{'user_id':'u'},"
            + "'thinking':{'type':'adaptive'},'output_config':{'effort':'high'},"
            + "'context_management':{'edits':[{'type':'clear_thinking_20251015','keep':'all'}]},"
            + "'system':[{'type':'text','text':'s','cache_control':{'type':'ephemeral'}}],"
            + "'tools':[{'name':'Bash','description':'d','input_schema':{'type':'object'}}],"
            + "'messages':[{'role':'user','content':'hi'},{'role':'assistant','content':["
            + "{'type':'thinking','thinking':'','signature':'abc'},{'type':'text','text':'…'},"
            + "{'type':'tool_use','id':'t','name':'Bash','input':{'type':'document'}}]},"
            + "{'role':'user','content':[{'type':'tool_result','tool_use_id':'t','content':["
            + "{'type':'text','text':'x'}]}]}]}";
    String betas =
        "claude-code-20250219,adaptive-thinking-2026-01-28,context-management-2025-06-27,"
            + "prompt-caching-scope-2026-01-05,advanced-tool-use-2025-11-20,effort-2025-11-24,"
            + "interleaved-thinking-2025-05-14, fine-grained-tool-streaming-2025-05-14";
    Bound bound =
        call(ANTHROPIC_MESSAGES, body)
            .strict("claude-opus-5-5", Exchange.ask(betas), PRICES, Exchange.NOW)
            .bound();
    assertThat(bound.unboundedField()).isNull();
    assertThat(bound.inputTokens()).isLessThan(body.length() + 3_000);
    assertThat(bound.outputTokens()).isEqualTo(32_000);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "claude-opus-5-5   | effort-2025-11-24, , context-1m-2025-08-07 |",
        "claude-sonnet-4-5 | effort-2025-11-24,context-1m-2025-08-07    | anthropic-beta context-1m-2025-08-07",
        "claude-opus-5-5   | mcp-client-2025-11-20,inline-tools-2026-09-15 |",
        "claude-opus-5-5   | <b>                                        | anthropic-beta",
      })
  void aBetaThatIsKnownToHaveNoBoundOrHasNoNameIsRefused(
      String model, String betas, @Nullable String field) {
    StrictTerms terms =
        call(ANTHROPIC_MESSAGES, "{'max_tokens':9}")
            .strict(model, Exchange.ask(betas), PRICES, Exchange.NOW);
    assertThat(terms.bound().unboundedField()).isEqualTo(field);
    StrictTerms openAi =
        call(OPENAI_CHAT, "{'max_tokens':9}")
            .strict("gpt-4o", Exchange.ask(betas), PRICES, Exchange.NOW);
    assertThat(openAi.bound().unboundedField()).isNull();
  }

  @Test
  void textThatGrowsInNormalFormCountsAsLongAsItGrows() {
    String text = "\uFDFA".repeat(1_000);
    String body = "{'max_tokens':9,'messages':[{'role':'user','content':'" + text + "'}]}";
    assertThat(strict(ANTHROPIC_MESSAGES, body, "claude-opus-5-5").bound().inputTokens())
        .isBetween(33_000L, 34_000L);
    assertThat(strict(OPENAI_CHAT, body, "gpt-4o").bound().inputTokens()).isBetween(3_000L, 5_000L);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'type':'document','source':{'type':'text','data':'x'}}",
        "{'type':'container_upload','file_id':'f'}",
        "{'type':'web_search_tool_result','content':[]}",
        "{'type':'tool_result','content':[{'type':'tool_reference','tool_name':'x'}]}",
        "{'type':'tool_result','content':[{'type':'document'}]}",
        "{'type':'invented'}",
        "{'type':7}",
      })
  void contentThatIsNotItsOwnTextMayFillTheWindow(String block) {
    String body = "{'max_tokens':9,'messages':[{'role':'user','content':[" + block + "]}]}";
    assertThat(strict(ANTHROPIC_MESSAGES, body, "claude-haiku-4-5").bound().inputTokens())
        .isEqualTo(200_000);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'id':'msg_1'}",
        "{'type':'item_reference','id':'msg_1'}",
        "{'type':'reasoning','id':'rs_1','summary':[]}",
        "{'type':'reasoning','id':'rs_1','encrypted_content':null}",
        "{'type':'web_search_call','id':'ws_1'}",
        "{'type':'function_call_output','output':[{'type':'input_image','file_id':'f'}]}",
        "{'type':'compaction','encrypted_content':'x'}",
      })
  void anItemThatIsStoredElsewhereMayFillTheWindow(String item) {
    String body = "{'max_output_tokens':9,'input':[{'role':'user','content':'x'}," + item + "]}";
    assertThat(strict(OPENAI_RESPONSES, body, "gpt-4o").bound().inputTokens()).isEqualTo(128_000);
    String text = "{'type':'reasoning','summary':[],'encrypted_content':'abc'}";
    assertThat(strict(OPENAI_RESPONSES, body.replace(item, text), "gpt-4o").bound().inputTokens())
        .isLessThan(2_000);
  }

  @Test
  void anImageCountsByItsRule() {
    String image = "{'type':'image','source':{'type':'url','url':'u'}}";
    String body =
        "{'max_tokens':9,'messages':[{'content':["
            + image
            + ",{'type':'tool_result','content':["
            + image
            + "]}]}]}";
    assertThat(strict(ANTHROPIC_MESSAGES, body, "claude-opus-5-5").bound().inputTokens())
        .isBetween(2 * 4_784L, 2 * 4_784L + 1_000);
  }

  @Test
  void theTierIsTheOrdinaryOneUnlessTheRequestNamesAnother() {
    Money ordinary =
        strict(OPENAI_CHAT, "{'service_tier':'default','n':1}", "gpt-6-sol").bound().hold();
    for (String open :
        new String[] {"{'n':1}", "{'service_tier':null}", "{'service_tier':'auto'}"}) {
      assertThat(strict(OPENAI_CHAT, open, "gpt-6-sol").bound().worst().at(1_000))
          .isLessThanOrEqualTo(ordinary);
    }
    assertThat(strict(OPENAI_CHAT, "{'service_tier':'priority'}", "gpt-6-sol").bound().hold())
        .isGreaterThan(ordinary);
    // It may be served on the ordinary tier.
    assertThat(strict(OPENAI_CHAT, "{'service_tier':'flex'   ,'n':1}", "gpt-6-sol").bound().hold())
        .isEqualTo(ordinary);
  }

  @Test
  void aTierWithoutAPriceCountsAsTheDearest() {
    Money known = strict(OPENAI_CHAT, "{'max_tokens':9}", "gpt-6-luna").bound().hold();
    Money unknown =
        strict(OPENAI_CHAT, "{'max_tokens':9,'service_tier':'turbo'}", "gpt-6-luna").bound().hold();
    assertThat(unknown).isGreaterThan(new Money(known.nanos() * 10));
  }

  @Test
  void whatTheCounterTellsTakesThePlaceOfTheBytes() {
    String image = "'messages':[{'role':'user','content':[{'type':'document'}]}]";
    CallRequest call = call(ANTHROPIC_MESSAGES, "{'max_tokens':9," + image + "}");
    StrictTerms counted =
        call.strict("claude-opus-5-5", Exchange.ASK.counted(10_000L), PRICES, Exchange.NOW);
    assertThat(counted.bound().inputTokens()).isEqualTo(10_000 + 200 + 100);
    assertThat(counted.bound().unboundedField()).isNull();
    // Never above what the bytes allow, and never for what adds to its input by itself.
    CallRequest text = call(ANTHROPIC_MESSAGES, "{'max_tokens':9}");
    assertThat(
            text.strict("claude-opus-5-5", Exchange.ASK.counted(10_000L), PRICES, Exchange.NOW)
                .bound())
        .isEqualTo(text.strict("claude-opus-5-5", Exchange.ASK, PRICES, Exchange.NOW).bound());
    CallRequest loop =
        call(
            ANTHROPIC_MESSAGES,
            "{'max_tokens':9,'tools':[{'type':'web_search_20250305','max_uses':1}]}");
    assertThat(loop.tokenCount("claude-opus-5-5", List.of())).isEmpty();
    assertThat(
            loop.strict("claude-opus-5-5", Exchange.ASK.counted(10L), PRICES, Exchange.NOW)
                .bound()
                .inputTokens())
        .isEqualTo(2_000_000);
    assertThat(call(OPENAI_CHAT, "{}").tokenCount("gpt-4o", List.of())).isEmpty();
    assertThat(call(OPENAI_EMBEDDINGS, "{}").tokenCount("gpt-4o", List.of())).isEmpty();
  }

  @Test
  void theCounterIsAskedWhatItKnows() {
    TokenCount count =
        call(
                ANTHROPIC_MESSAGES,
                "{ 'max_tokens' : 9 , 'stream':true, 'messages' : [ {'role':'user'} ] , 'model':'auto',"
                    + "'metadata':{'a':','}, 'tools':[],'system':'a, \\'b\\'é', 'temperature':1 } ")
            .tokenCount("claude-opus-5-5", List.of())
            .orElseThrow();
    assertThat(count.path()).isEqualTo("/v1/messages/count_tokens");
    assertThat(new String(count.body(), UTF_8))
        .isEqualTo(
            "{'model':'claude-opus-5-5','messages' : [ {'role':'user'} ],'tools':[],'system':'a, \\'b\\'é'}"
                .replace('\'', '"'));
    TokenCount responses =
        call(OPENAI_RESPONSES, "{'previous_response_id':'r','max_output_tokens':9,'input':'x'}")
            .tokenCount("gpt-6.1-sol", List.of())
            .orElseThrow();
    assertThat(responses.path()).isEqualTo("/v1/responses/input_tokens");
    assertThat(new String(responses.body(), UTF_8))
        .isEqualTo(
            "{'model':'gpt-6.1-sol','previous_response_id':'r','input':'x'}".replace('\'', '"'));
    assertThat(count.read("{\"input_tokens\": 641}".getBytes(UTF_8))).hasValue(641);
    for (String wrong :
        new String[] {"", "{}", "[]", "{\"input_tokens\":-1}", "{\"input_tokens\":1.5}"}) {
      assertThat(count.read(wrong.getBytes(UTF_8))).isEmpty();
    }
  }

  private static final String NEXT_YEARS = "next-year-2027-01-01";

  @Test
  void anUnknownBetaOrFieldCountsAsTheMostThatTheModelCanCost() {
    String body = "{'max_tokens':9,'messages':[]}";
    String field = "{'max_tokens':9,'messages':[],'invented':{'a':1}}";
    for (StrictTerms terms :
        List.of(
            call(ANTHROPIC_MESSAGES, body)
                .strict("claude-opus-5-5", Exchange.ask(NEXT_YEARS), PRICES, Exchange.NOW),
            strict(ANTHROPIC_MESSAGES, field, "claude-opus-5-5"))) {
      Bound bound = terms.bound();
      assertThat(bound.unboundedField()).isNull();
      assertThat(bound.inputTokens()).isEqualTo(1_000_000);
      assertThat(bound.outputTokens()).isEqualTo(128_000);
      assertThat(terms.leastOutput()).isEqualTo(128_000);
      // $8 to write for an hour and $20 of output, twice for fast mode, a tenth more in the US.
      assertThat(bound.hold()).isEqualTo(Money.ofCents(1_760).plus(new Money(128_000L * 44_000)));
      assertThat(bound.worst().largestOutput(Money.ofCents(2_000))).isNegative();
      assertThat(terms.widening()).hasSize(1);
    }
    assertThat(strict(ANTHROPIC_MESSAGES, body, "claude-opus-5-5").widening()).isEmpty();
    // A limit of the request above the model's own counts too, and a model of no limit is refused.
    assertThat(
            strict(ANTHROPIC_MESSAGES, field.replace("9", "500000"), "claude-opus-5-5")
                .bound()
                .outputTokens())
        .isEqualTo(500_000);
    assertThat(unbounded(OPENAI_CHAT, "{'max_tokens':9,'invented':1}", "gpt-tomorrow"))
        .isEqualTo("model");
    assertThat(strict(OPENAI_EMBEDDINGS, "{'input':'x','max_tokens':3}", "text-embedding-3-small"))
        .satisfies(terms -> assertThat(terms.bound().inputTokens()).isEqualTo(8_191));
  }

  @Test
  void aNameThatIsNullOrListedAsHarmlessWidensNothingAndTheFirstOfTooManyIsRefused() {
    assertThat(
            unbounded(ANTHROPIC_MESSAGES, "{'max_tokens':9,'container':null}", "claude-opus-5-5"))
        .isNull();
    RequestName name = new RequestName(ANTHROPIC_MESSAGES, RequestName.Kind.BETA, NEXT_YEARS);
    StrictNames listed =
        new StrictNames(Map.of(name, StrictNames.Effect.HARMLESS), Set.of(name), false);
    StrictTerms harmless =
        call(ANTHROPIC_MESSAGES, "{'max_tokens':9}")
            .strict("claude-opus-5-5", StrictAsk.first(NEXT_YEARS, listed), PRICES, Exchange.NOW);
    assertThat(harmless.widening()).isEmpty();
    assertThat(harmless.bound().unboundedField()).isNull();
    StrictNames wide = new StrictNames(Map.of(name, StrictNames.Effect.WIDENS), Set.of(name), true);
    StrictTerms widened =
        call(ANTHROPIC_MESSAGES, "{'max_tokens':9}")
            .strict("claude-opus-5-5", StrictAsk.first(NEXT_YEARS, wide), PRICES, Exchange.NOW);
    assertThat(widened.widening()).containsExactly(name);
    assertThat(widened.bound().unboundedField()).isNull();
    StrictNames struck = new StrictNames(Map.of(), Set.of(name), false);
    assertThat(
            call(ANTHROPIC_MESSAGES, "{'max_tokens':9}")
                .strict(
                    "claude-opus-5-5", StrictAsk.first(NEXT_YEARS, struck), PRICES, Exchange.NOW)
                .bound()
                .unboundedField())
        .isEqualTo("anthropic-beta " + NEXT_YEARS);
    String many =
        IntStream.range(0, 17).mapToObj(i -> ",'f" + i + "':1").collect(Collectors.joining());
    assertThat(unbounded(OPENAI_CHAT, "{'max_tokens':9" + many + "}", "gpt-4o")).isEqualTo("f16");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'tools':[{'type':'web_search_20250305'}],'messages':[]",
        "'tools':[{'type':'web_search_20250305','max_uses':null},{'name':'x','max_uses':0}]",
        "'messages':[{'content':[{'tool':{'definition':{'type':'web_search_20250305'}}}]}]",
        "'messages':[{'content':[{'tool_changes':[{'tool':{'definition':"
            + "{'type':'web_search_20260318','allowed_callers':['direct']}}}]}]}]",
      })
  void aToolOfTheProvidersWithoutALimitIsGivenOneWhereverItStands(String members) {
    CallRequest call = call(ANTHROPIC_MESSAGES, "{'max_tokens':9," + members + "}");
    StrictAsk ask = Exchange.ASK;
    for (long uses : new long[] {8, 4, 2, 1}) {
      StrictTerms terms = call.strict("claude-haiku-4-5", ask, PRICES, Exchange.NOW);
      assertThat(terms.toolUses()).isEqualTo(uses);
      assertThat(terms.bound().inputTokens()).isEqualTo((1 + uses) * 200_000);
      String sent = new String(call.strictBodyFor("claude-haiku-4-5", terms, 9), UTF_8);
      assertThat(sent).contains("\"max_uses\":" + uses);
      StrictTerms again =
          Exchange.accepted(ANTHROPIC_MESSAGES, sent)
              .strict("claude-haiku-4-5", Exchange.ASK, PRICES, Exchange.NOW);
      assertThat(again.toolUses()).isNull();
      assertThat(again.bound()).isEqualTo(terms.bound());
      ask = ask.withFewerToolUses();
    }
    assertThat(ask.withFewerToolUses()).isEqualTo(ask);
  }

  @Test
  void aToolThatAMessageNamesCountsAgainEachTimeAndAnUnknownOneAsTheWindow() {
    String tool = "{'name':'t','description':'" + "x".repeat(10_000) + "','input_schema':{}}";
    String once = "{'type':'tool_addition','tool':{'type':'tool_reference','name':'t'}}";
    String body = "{'max_tokens':9,'tools':[%s],'messages':[{'role':'system','content':[%s]}]}";
    long none =
        strict(ANTHROPIC_MESSAGES, body.formatted(tool, ""), "claude-opus-5-5")
            .bound()
            .inputTokens();
    long twice =
        strict(ANTHROPIC_MESSAGES, body.formatted(tool, once + "," + once), "claude-opus-5-5")
            .bound()
            .inputTokens();
    assertThat(twice - none).isBetween(2 * 10_000L, 2 * 10_300L);
    for (String unknown :
        List.of(
            once.replace("'t'", "'u'"),
            once.replace("tool_reference", "mcp_toolset_reference"),
            "{'type':'tool_addition','tool':{'type':7}}")) {
      assertThat(
              strict(ANTHROPIC_MESSAGES, body.formatted(tool, unknown), "claude-opus-5-5")
                  .bound()
                  .inputTokens())
          .isEqualTo(1_000_000);
    }
  }

  @Test
  void aThreadThatBeginsIsInTheBodyAndOneThatGoesOnFillsTheWindow() {
    String create = "{'max_tokens':9,'messages':[],'thread':{'type':'create'}}";
    assertThat(strict(ANTHROPIC_MESSAGES, create, "claude-opus-5-5").bound().inputTokens())
        .isLessThan(1_000);
    assertThat(counted(create)).doesNotContain("thread");
    for (String stored : List.of("{'type':'continue','previous_message_id':'m'}", "{}", "'x'")) {
      String body = create.replace("{'type':'create'}", stored);
      assertThat(strict(ANTHROPIC_MESSAGES, body, "claude-opus-5-5").bound().inputTokens())
          .isEqualTo(1_000_000);
      assertThat(counted(body)).contains("\"thread\":");
    }
  }

  private static String counted(String body) {
    TokenCount count =
        call(ANTHROPIC_MESSAGES, body).tokenCount("claude-opus-5-5", List.of()).orElseThrow();
    return new String(count.body(), UTF_8);
  }

  @Test
  void toolsInTheInputOfAResponseCountByTheirBytes() {
    String body =
        "{'max_output_tokens':9,'store':false,'input':["
            + "{'type':'additional_tools','role':'developer','tools':["
            + "{'type':'function','name':'f','parameters':{}},{'type':'tool_search',"
            + "'execution':'client'},{'type':'namespace','name':'n','tools':[{'type':'custom'}]}]},"
            + "{'type':'tool_search_call','arguments':{},'execution':'client'},"
            + "{'type':'tool_search_output','tools':[{'type':'function','name':'g'}]},"
            + "{'role':'user','content':'x'}],'client_metadata':{'session_id':'s'}}";
    StrictTerms terms = strict(OPENAI_RESPONSES, body, "gpt-6.2-sol");
    assertThat(terms.bound().unboundedField()).isNull();
    assertThat(terms.bound().inputTokens()).isLessThan(body.length() + 1_001);
    assertThat(terms.widening()).isEmpty();
    String search = body.replace("'type':'custom'", "'type':'web_search'");
    StrictTerms searching = strict(OPENAI_RESPONSES, search, "gpt-6.2-sol");
    assertThat(searching.toolUses()).isEqualTo(8);
    assertThat(searching.bound().inputTokens()).isEqualTo(9 * 1_050_000L);
  }
}
