package dev.purser.web;

import dev.purser.people.AccessToken;
import dev.purser.people.TokenCreated;
import java.net.URI;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the page of access tokens shows.
 *
 * @param tokens newest first, the revoked ones last
 * @param zone that times are shown in
 * @param url of this installation, for the line that shows how a token is used
 * @param made just now, shown this once; null for none
 * @param asksAbout the id of the one about to be revoked; empty for none
 * @param revoked just now; null for none
 */
public record AccessTokenList(
    List<AccessToken> tokens,
    ZoneId zone,
    URI url,
    Draft draft,
    TokenCreated.@Nullable Created made,
    String asksAbout,
    @Nullable AccessToken revoked) {

  /**
   * The token that is about to be made.
   *
   * @param problem why its name will not do, in one sentence; null if it will
   */
  public record Draft(String name, AccessToken.Scope scope, @Nullable String problem) {
    static final Draft EMPTY = new Draft("", AccessToken.Scope.READ, null);
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
