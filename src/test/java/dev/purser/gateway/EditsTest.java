package dev.purser.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * docs/edits.md says of itself that it is the whole list: every header that stops is named there.
 */
class EditsTest {
  private static final Pattern NAME = Pattern.compile("`([a-z0-9-]+)(\\*?)`");

  /** What one of its lists names: whole names, and how names begin. */
  private record Named(Set<String> names, Set<String> prefixes) {
    static Named in(String text) {
      Named named = new Named(new TreeSet<>(), new TreeSet<>());
      Matcher name = NAME.matcher(text);
      while (name.find()) {
        (name.group(2).isEmpty() ? named.names : named.prefixes).add(name.group(1));
      }
      return named;
    }

    boolean has(String header) {
      return names.contains(header) || prefixes.stream().anyMatch(header::startsWith);
    }
  }

  @Test
  void everyHeaderThatStopsIsNamedAndEveryNamedOneStops() throws IOException {
    String text = Files.readString(Path.of("docs/edits.md"));
    String request =
        text.substring(text.indexOf("These headers stop"), text.indexOf("## In an answer"));
    String answer = text.substring(text.lastIndexOf("These headers stop"));
    Named stopInRequests = Named.in(request.substring(0, request.indexOf("A request that")));
    Named stopInAnswers = Named.in(answer.substring(0, answer.indexOf("An answer whose")));

    // Purser sets both again, which the list says elsewhere.
    Set<String> setAgain = Set.of("accept-encoding", "content-length");
    assertThat(HeaderRules.NOT_TO_PROVIDERS)
        .allMatch(header ->
            stopInRequests.has(header) || stopInAnswers.has(header) || setAgain.contains(header));
    assertThat(HeaderRules.NOT_TO_CLIENTS)
        .allMatch(header ->
            stopInAnswers.has(header)
                || stopInRequests.has(header)
                || header.equals("content-length"));
    for (String prefix : HeaderRules.PREFIXES_STOP_HERE) {
      assertThat(
              stopInRequests.prefixes.contains(prefix) || stopInAnswers.prefixes.contains(prefix))
          .as(prefix)
          .isTrue();
    }

    // Two prefixes apply to requests alone, and are not in the list of the code.
    List<String> ofRequests = List.of("x-forwarded", "cf-");
    assertThat(stopInRequests.names)
        .hasSizeGreaterThan(30)
        .allMatch(name ->
            HeaderRules.NOT_TO_PROVIDERS.contains(name)
                || ofRequests.stream().anyMatch(name::startsWith));
    assertThat(stopInAnswers.names).isNotEmpty().allMatch(HeaderRules.NOT_TO_CLIENTS::contains);
    assertThat(stopInRequests.prefixes)
        .isNotEmpty()
        .allMatch(prefix ->
            HeaderRules.PREFIXES_STOP_HERE.contains(prefix) || ofRequests.contains(prefix));
  }
}
