package dev.purser.providers;

import static dev.purser.providers.Dialect.ANTHROPIC_MESSAGES;
import static dev.purser.providers.Dialect.OPENAI_CHAT;
import static dev.purser.providers.Dialect.OPENAI_EMBEDDINGS;
import static dev.purser.providers.Dialect.OPENAI_RESPONSES;
import static dev.purser.providers.Exchange.accepted;
import static dev.purser.providers.Exchange.refused;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is read of a request, what is refused, and that the rest of its bytes stays as it is. */
class RequestReadingTest {
  private static String sent(Dialect dialect, String body, String model) {
    return new String(accepted(dialect, body).bodyFor(model), StandardCharsets.UTF_8);
  }

  @Test
  void aBodyThatNeedsNoChangeIsSentAsItIs() {
    byte[] body = "{ \"model\" : \"gpt-6-sol\",\n\"x\":1e400 }".getBytes(StandardCharsets.UTF_8);
    RequestReading reading = OPENAI_CHAT.read(body);
    assertThat(reading).isInstanceOf(RequestReading.Accepted.class);
    if (reading instanceof RequestReading.Accepted(CallRequest request)) {
      assertThat(request.bodyFor("gpt-6-sol")).isSameAs(body);
    }
  }

  @ParameterizedTest
  @EnumSource(Dialect.class)
  void anotherModelIsWrittenOverTheOldNameAndNothingElseChanges(Dialect dialect) {
    String before = "{\"metadata\":{\"model\":\"no\"},\n \"ünïcode 😀\":\"\\\"model\\\":\", ";
    String after = " , \"input\":[{\"model\":[\"no\"]}],\"future\":[1.50,-0,1E+2]}\n\n";
    assertThat(sent(dialect, before + "\"model\" :\t\"auto\"" + after, "some \"model\" é"))
        .isEqualTo(before + "\"model\" :\t\"some \\\"model\\\" é\"" + after);
  }

  @Test
  void aModelIsFoundBehindEscapesAndAnyAmountOfText() {
    String text = "\"big\":\"" + "ä\\n😀".repeat(100_000) + "\",";
    String body = "{" + text + "\"mod\\u0065l\":\"gp\\u0074-4o\"}";
    assertThat(accepted(OPENAI_CHAT, body).model()).isEqualTo("gpt-4o");
    assertThat(sent(OPENAI_CHAT, body, "gpt-4o")).isEqualTo(body);
    assertThat(sent(OPENAI_CHAT, body, "o3")).isEqualTo("{" + text + "\"mod\\u0065l\":\"o3\"}");
  }

  @Test
  void aByteOrderMarkMovesNoSplice() {
    String mark = "\uFEFF";
    assertThat(sent(OPENAI_RESPONSES, mark + "{\"model\":\"auto\",\"input\":\"\"}", "o3"))
        .isEqualTo(mark + "{\"model\":\"o3\",\"input\":\"\"}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}                      | {'model':'o3'}",
        "{ \t}                   | {'model':'o3' \t}",
        "{ 'a':{} }              | {'model':'o3', 'a':{} }",
        "{'model':null}          | {'model':'o3'}",
        "{'model' : null , 'b':1}| {'model' : 'o3' , 'b':1}",
      })
  void aModelIsWrittenInWhereNoneIsNamed(String body, String sent) {
    assertThat(accepted(OPENAI_RESPONSES, body.replace('\'', '"')).model()).isNull();
    assertThat(sent(OPENAI_RESPONSES, body.replace('\'', '"'), "o3"))
        .isEqualTo(sent.replace('\'', '"'));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'stream':true}                       | {'stream_options':{'include_usage':true},'stream':true}",
        "{'stream':true,'stream_options':null} | {'stream':true,'stream_options':{'include_usage':true}}",
        "{'stream':true,'stream_options':{ }}  | {'stream':true,'stream_options':{'include_usage':true }}",
        "{'stream_options':{'x':1},'stream':true} | {'stream_options':{'include_usage':true,'x':1},'stream':true}",
        "{'stream_options':{'include_usage':false },'stream':true} | {'stream_options':{'include_usage':true },'stream':true}",
        "{'stream_options':{'include_usage':null},'stream':true} | {'stream_options':{'include_usage':true},'stream':true}",
        "{'stream_options':{'include_usage':true},'stream':true} | {'stream_options':{'include_usage':true},'stream':true}",
        "{'stream':false}                      | {'stream':false}",
        "{'stream':null}                       | {'stream':null}",
      })
  void aChatStreamIsAskedForItsUsage(String body, String sent) {
    String model = "'model':'o3',".replace('\'', '"');
    String named = body.replace('\'', '"').replaceFirst("\\{", "{" + model);
    String expected = sent.replace('\'', '"');
    expected =
        expected.startsWith("{\"stream_options\":{\"include_usage\":true},\"stream\"")
                && !body.contains("stream_options")
            ? expected.replace("true},\"stream\"", "true}," + model + "\"stream\"")
            : expected.replaceFirst("\\{", "{" + model);
    assertThat(sent(OPENAI_CHAT, named, "o3")).isEqualTo(expected);
  }

  @Test
  void aModelAndAUsageAreWrittenInBesideEachOther() {
    assertThat(sent(OPENAI_CHAT, "{\"stream\":true}", "o3"))
        .isEqualTo(
            "{\"model\":\"o3\",\"stream_options\":{\"include_usage\":true},\"stream\":true}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "null",
        "[]",
        "[{\"model\":\"o3\"}]",
        "\"model\"",
        "{\"model\":\"canary-text\",}",
        "{\"model\":\"canary-text\"",
        "{\"model\":\"canary-text\"} canary-text",
        "{\"model\":canary-text}",
        "{'model':'canary-text'}",
        "{\"model\":\"canary-text\",\"a\":\"\u0001canary-text\"}",
        "{\"a\":{\"canary-text\":[1,2}}",
        "{\"a\":01}",
      })
  void whatIsNoJsonObjectIsRefusedWithoutRepeatingIt(String body) {
    for (Dialect dialect : Dialect.values()) {
      CallError error = refused(dialect, body);
      assertThat(error.code()).isEqualTo(ErrorCode.REQUEST_MALFORMED);
      assertThat(error.message() + error.help()).doesNotContain("canary-text");
    }
  }

  @Test
  void malformedJsonIsRefusedWithItsPlace() {
    assertThat(refused(OPENAI_CHAT, "{\"model\":\"o3\",\n  oops}").message())
        .contains("line 2")
        .contains("column");
  }

  @Test
  void otherEncodingsAreRefused() {
    for (String name : new String[] {"UTF-16LE", "UTF-16BE", "UTF-16", "UTF-32BE", "UTF-32LE"}) {
      byte[] body = "{\"model\":\"o3\"}".getBytes(java.nio.charset.Charset.forName(name));
      assertThat(OPENAI_CHAT.read(body)).as(name).isInstanceOf(RequestReading.Refused.class);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "OPENAI_CHAT        | {'model':'a','x':1,'model':'a'}             | model",
        "OPENAI_CHAT        | {'model':'a','mod\\u0065l':'b'}             | model",
        "OPENAI_CHAT        | {'stream':true,'stream':false}              | stream",
        "OPENAI_CHAT        | {'stream_options':{'include_usage':true,'include_usage':true}} | include_usage",
        "OPENAI_RESPONSES   | {'tools':[{'type':'function','type':'image_generation'}]} | type",
        "ANTHROPIC_MESSAGES | {'max_tokens':1,'max_tokens':9}             | max_tokens",
        "OPENAI_CHAT        | {'model':7}                                 | model",
        "OPENAI_CHAT        | {'model':['a']}                             | model",
        "OPENAI_CHAT        | {'stream':'true'}                           | stream",
        "OPENAI_CHAT        | {'stream':1}                                | stream",
        "OPENAI_CHAT        | {'stream_options':[true]}                   | stream_options",
        "OPENAI_CHAT        | {'stream':true,'stream_options':{'include_usage':'yes'}} | include_usage",
        "OPENAI_CHAT        | {'n':'2'}                                   | n",
        "OPENAI_CHAT        | {'max_completion_tokens':1.5}               | max_completion_tokens",
        "OPENAI_RESPONSES   | {'background':'true'}                       | background",
        "OPENAI_RESPONSES   | {'tools':{'type':'image_generation'}}       | tools",
        "OPENAI_RESPONSES   | {'max_output_tokens':99999999999999999999}  | max_output_tokens",
        "OPENAI_RESPONSES   | {'service_tier':1}                          | service_tier",
        "ANTHROPIC_MESSAGES | {'max_tokens':'9'}                          | max_tokens",
        "ANTHROPIC_MESSAGES | {'speed':true}                              | speed",
        "ANTHROPIC_MESSAGES | {'tools':[{'type':'web_search_20250305','max_uses':'5'}]} | max_uses",
        "OPENAI_EMBEDDINGS  | {'model':{}}                                | model",
      })
  void aFieldTwiceOrOfAnotherTypeIsRefusedByName(Dialect dialect, String body, String field) {
    CallError error = refused(dialect, body.replace('\'', '"'));
    assertThat(error.code()).isEqualTo(ErrorCode.REQUEST_MALFORMED);
    assertThat(error.message()).contains(field);
  }

  @Test
  void aNameOfAModelHasALimit() {
    String longest = "m".repeat(200);
    assertThat(accepted(OPENAI_CHAT, "{\"model\":\"" + longest + "\"}").model()).isEqualTo(longest);
    assertThat(refused(OPENAI_CHAT, "{\"model\":\"" + longest + "m\"}").message())
        .contains("model")
        .contains("200");
  }

  @Test
  void fieldsThatPurserDoesNotReadMayBeAnythingAndTwice() {
    String body =
        "{\"model\":\"o3\",\"user\":1,\"user\":2,\"metadata\":{\"n\":\"x\",\"n\":[]},"
            + "\"messages\":[{\"model\":7,\"stream\":\"?\",\"content\":[\"text\",null,5]}],"
            + "\"tools\":[null,3,{\"type\":{\"a\":1}}]}";
    for (Dialect dialect : Dialect.values()) {
      assertThat(sent(dialect, body, "o3")).isEqualTo(body);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "OPENAI_RESPONSES | {'model':'o3','background':true}                               | background",
        "OPENAI_RESPONSES | {'tools':[{'type':'web_search'},{'type':'code_interpreter'}]}  | code_interpreter",
        "OPENAI_RESPONSES | {'tools':[{'type':'file_search'}]}                             | file_search",
        "OPENAI_RESPONSES | {'tools':[{'type':'image_generation'}]}                        | image_generation",
        "OPENAI_RESPONSES | {'tools':[{'type':'shell','environment':{'type':'container_auto'}}]} | environment",
        "OPENAI_RESPONSES | {'input':[{'type':'additional_tools','role':'developer','tools':[{'type':'image_generation'}]}]} | image_generation",
        "OPENAI_RESPONSES | {'input':[{'role':'user'},{'type':'tool_search_output','tools':[{'type':'function'},{'type':'code_interpreter'}]}]} | code_interpreter",
        "OPENAI_RESPONSES | {'input':[{'tools':[{'type':'shell','environment':{'type':'container_reference'}}]}]} | input[].tools[].environment",
        "OPENAI_RESPONSES | {'tools':[{'type':'namespace','tools':[{'type':'file_search'}]}]} | file_search",
        "OPENAI_RESPONSES | {'input':[{'tools':[{'type':'namespace','tools':[{'type':'image_generation'}]}]}]} | image_generation",
        "OPENAI_RESPONSES | {'tools':[{'type':'namespace','tools':[{'type':'namespace','tools':[]}]}]} | namespace",
        "OPENAI_RESPONSES | {'tool_choice':{'type':'image_generation'}}                    | image_generation",
        "OPENAI_RESPONSES | {'tool_choice':{'type':'allowed_tools','tools':[{'type':'code_interpreter'}]}} | code_interpreter",
        "OPENAI_CHAT      | {'tools':[{'type':'image_generation'}]}                        | image_generation",
        "OPENAI_CHAT      | {'tool_choice':{'allowed_tools':{'tools':[{'type':'file_search'}]}}} | file_search",
        "OPENAI_CHAT      | {'modalities':['text','audio']}                                | modalities",
        "OPENAI_CHAT      | {'audio':{'voice':'x'}}                                        | audio",
        "OPENAI_CHAT      | {'model':'gpt-4o-audio-preview','messages':[{'content':[{'type':'input_audio'}]}]} | input_audio",
        "OPENAI_CHAT      | {'model':'auto','messages':[{'content':[{'type':'input_audio'}]}]} | input_audio",
        "OPENAI_CHAT      | {'messages':[{'role':'assistant','audio':{'id':'x'}}]}         | audio",
      })
  void whatCannotBeMeteredIsRefusedByName(Dialect dialect, String body, String field) {
    CallError error = refused(dialect, body.replace('\'', '"'));
    assertThat(error.code()).isEqualTo(ErrorCode.REQUEST_NOT_METERABLE);
    assertThat(error.message()).contains(field);
  }

  @Test
  void whatIsMeteredThoughTheProviderRunsItIsAccepted() {
    assertThat(
            accepted(
                ANTHROPIC_MESSAGES,
                "{\"model\":\"m\",\"stream\":true,\"tools\":[{\"type\":\"code_execution_20260521\"},"
                    + "{\"type\":\"web_search_20260318\",\"max_uses\":null}],\"mcp_servers\":[{}],"
                    + "\"container\":\"c\",\"fallbacks\":[{}],\"billing_policy\":{}}")
                .stream())
        .isTrue();
    assertThat(
            accepted(
                OPENAI_RESPONSES,
                "{\"background\":false,\"previous_response_id\":\"r\",\"tools\":[{\"type\":\"mcp\"}]}")
                .stream())
        .isFalse();
    assertThat(accepted(OPENAI_EMBEDDINGS, "{\"model\":\"m\",\"input\":[1,2]}").stream()).isFalse();
  }

  @Test
  void aBodyOf32MegabytesWithOneImageIsRead() {
    byte[] body = new byte[32 * 1024 * 1024];
    Arrays.fill(body, (byte) 'A');
    byte[] before =
        "{\"messages\":[{\"content\":[{\"type\":\"image\",\"source\":{\"data\":\""
            .getBytes(StandardCharsets.UTF_8);
    byte[] after = "\"}}]}],\"model\":\"claude-opus-5-5\"}".getBytes(StandardCharsets.UTF_8);
    System.arraycopy(before, 0, body, 0, before.length);
    System.arraycopy(after, 0, body, body.length - after.length, after.length);
    RequestReading reading = ANTHROPIC_MESSAGES.read(body);
    assertThat(reading).isInstanceOf(RequestReading.Accepted.class);
    if (reading instanceof RequestReading.Accepted(CallRequest request)) {
      assertThat(request.model()).isEqualTo("claude-opus-5-5");
      assertThat(request.bodyFor("claude-opus-5")).hasSize(body.length - 2);
    }
  }

  static Stream<Arguments> bodiesBeyondALimit() {
    return Stream.of(
        Arguments.of("{\"a\":" + "[".repeat(100_000), "deeper than 500 levels"),
        Arguments.of("{\"a\":" + "{\"b\":".repeat(500) + "1", "deeper than 500 levels"),
        Arguments.of("{\"max_tokens\":" + "9".repeat(100_000) + "}", "more than 100 digits"),
        Arguments.of("{\"a\":[1," + "9".repeat(101) + "]}", "more than 100 digits"),
        Arguments.of("{\"a\":" + "[".repeat(499) + "9".repeat(101), "more than 100 digits"),
        Arguments.of("{\"a\":1,\"" + "n".repeat(60_000) + "\":1}", "more than 50000 characters"));
  }

  @ParameterizedTest
  @MethodSource("bodiesBeyondALimit")
  void aBodyBeyondALimitIsRefusedWithTheLimitAndThePlace(String body, String limit) {
    for (Dialect dialect : Dialect.values()) {
      CallError error = refused(dialect, body);
      assertThat(error.code()).isEqualTo(ErrorCode.REQUEST_MALFORMED);
      assertThat(error.message()).contains(limit, "line 1", "column").doesNotContain("well-formed");
    }
  }

  @Test
  void aBodyWithinTheLimitsIsRead() {
    String body =
        "{\"a\":" + "[".repeat(499) + "9".repeat(100) + "]".repeat(499) + ",\"model\":\"m\"}";
    for (Dialect dialect : Dialect.values()) {
      assertThat(accepted(dialect, body).model()).isEqualTo("m");
    }
  }
}
