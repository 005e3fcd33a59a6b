package dev.purser.web;

import dev.purser.people.AccessToken;
import dev.purser.people.TokenCreated;
import java.net.URI;
import java.time.Instant;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the page of access tokens shows.
 *
 * @param tokens newest first, those that are no good any more last
 * @param zone that times are shown in
 * @param now by which tokens have expired
 * @param url of this installation, for the line that shows how a token is used
 * @param made just now, shown this once; null for none
 * @param asksAbout the id of the one about to be revoked; empty for none
 * @param revoked just now; null for none
 */
public record AccessTokenList(
    List<AccessToken> tokens,
    ZoneId zone,
    Instant now,
    URI url,
    Draft draft,
    TokenCreated.@Nullable Created made,
    String asksAbout,
    @Nullable AccessToken revoked) {

  /** How many days a token may be good for, as the form's choice names them; never ends without. */
  static final Map<String, Integer> LIFETIMES = Map.of("30", 30, "90", 90, "365", 365);

  /**
   * The token that is about to be made.
   *
   * @param days that it is good for; empty for always
   * @param problem why its name will not do, in one sentence; null if it will
   */
  public record Draft(String name, AccessToken.Scope scope, String days, @Nullable String problem) {
    static final Draft EMPTY = new Draft("", AccessToken.Scope.READ, "", null);
  }

  /** What the form offers, from the shortest. */
  public static Map<String, String> lifetimes() {
    Map<String, String> lifetimes = new LinkedHashMap<>();
    lifetimes.put("", "Never");
    lifetimes.put("30", "After 30 days");
    lifetimes.put("90", "After 90 days");
    lifetimes.put("365", "After a year");
    return lifetimes;
  }

  /** Whether a token has expired, and was not revoked before. */
  public boolean expired(AccessToken token) {
    return token.revokedAt() == null && !token.good(now);
  }

  /** A command that sends this token, in two lines. */
  public String command(String token) {
    return """
    curl %s/api/usage/summary \\
      -H "Authorization: Bearer %s"\
    """
        .formatted(url, token);
  }

  /** What a token may do, in a word. */
  public static String word(AccessToken.Scope scope) {
    return switch (scope) {
      case READ -> "Read";
      case MANAGE -> "Manage";
    };
  }

  /** What a token may do, in a sentence. */
  public static String sentence(AccessToken.Scope scope) {
    return switch (scope) {
      case READ -> "Sees settings, agents, usage and calls. Changes nothing.";
      case MANAGE ->
          "Reads, and changes everything that you can change here: API keys, agents, budgets.";
    };
  }
}
