package dev.purser.sandbox;

import dev.purser.pricing.Provider;

/**
 * What a provider thinks of a key. A key is known if it has the provider's prefix ({@code
 * sk-ant-api}; {@code sk-} but neither {@code sk-ant-} nor {@code sk-admin-}) and names the sandbox
 * or a test somewhere; its last word says the rest.
 *
 * <table>
 * <caption>Keys</caption>
 * <tr><th>key</th><th>Anthropic</th><th>OpenAI</th></tr>
 * <tr><td>{@code sk-ant-api03-sandbox-…}, {@code sk-proj-sandbox-…}</td><td>good</td><td>good</td></tr>
 * <tr><td>{@code …-revoked}, and every key that is not known</td><td>401 authentication_error</td>
 *     <td>401 invalid_api_key</td></tr>
 * <tr><td>{@code …-restricted}</td><td>403 permission_error on models, good for calls</td><td>401
 *     missing scopes on models, good for calls</td></tr>
 * <tr><td>{@code …-forbidden}</td><td>403 permission_error on all</td><td>403 on all</td></tr>
 * <tr><td>{@code …-onhold}</td><td>400 organization_on_hold</td><td>401 account_deactivated</td></tr>
 * <tr><td>{@code …-broke}</td><td>402 billing_error on calls</td><td>429 insufficient_quota on
 *     calls</td></tr>
 * </table>
 */
enum KeyStanding {
  GOOD,
  UNKNOWN,
  RESTRICTED,
  FORBIDDEN,
  ON_HOLD,
  BROKE;

  static KeyStanding of(Provider provider, String key) {
    boolean prefixed =
        switch (provider) {
          case ANTHROPIC -> key.startsWith("sk-ant-api");
          case OPENAI ->
              key.startsWith("sk-") && !key.startsWith("sk-ant-") && !key.startsWith("sk-admin-");
        };
    if (!prefixed || !(key.contains("sandbox") || key.contains("test"))) {
      return UNKNOWN;
    }
    return switch (key.substring(key.lastIndexOf('-') + 1)) {
      case "revoked" -> UNKNOWN;
      case "restricted" -> RESTRICTED;
      case "forbidden" -> FORBIDDEN;
      case "onhold" -> ON_HOLD;
      case "broke" -> BROKE;
      default -> GOOD;
    };
  }
}
