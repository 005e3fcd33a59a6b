package dev.purser.web;

import dev.purser.people.Credential;
import dev.purser.secret.Secret;
import io.vertx.core.MultiMap;
import java.util.List;
import java.util.Map;

/** What a form says. A field that is missing is empty. */
final class Form {
  static final String TOKEN = "form_token";
  static final String ID = "form_id";

  /** Of one field, in characters: more than any page asks for. */
  private static final int MAX_FIELD_LENGTH = 10_000;

  private final MultiMap fields;

  Form(MultiMap fields) {
    this.fields = fields;
  }

  /** As typed, without white space around it, and without NUL, which PostgreSQL does not take. */
  String text(String name) {
    return raw(name).replace("\0", "").strip();
  }

  /** As typed, every character of it. */
  Secret secret(String name) {
    return Secret.of(raw(name));
  }

  boolean has(String name) {
    return fields.contains(name);
  }

  /** All values of a field that may occur several times. */
  List<String> all(String name) {
    return fields.getAll(name);
  }

  /** Tells contents apart, without giving them away. */
  String fingerprint() {
    StringBuilder all = new StringBuilder();
    for (Map.Entry<String, String> field : fields) {
      all.append(field.getKey()).append('\0').append(field.getValue()).append('\0');
    }
    return Credential.hash(all.toString());
  }

  private String raw(String name) {
    String value = fields.get(name);
    if (value == null) {
      return "";
    }
    return value.length() <= MAX_FIELD_LENGTH ? value : value.substring(0, MAX_FIELD_LENGTH);
  }
}
