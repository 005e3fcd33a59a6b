package dev.purser.api;

import dev.purser.people.User;

/** Who is asking. */
record MeResource() {
  /** The user, and the space that everything of theirs belongs to. */
  record MeBody(UserBody user, SpaceBody space) {}

  /** A person who signs in. */
  record UserBody(String id, String email, boolean admin) {}

  /** What keys, agents, settings and the ledger belong to. */
  record SpaceBody(String id) {}

  ApiAnswer me(ApiRequest request) {
    User user = request.user();
    return ApiAnswer.ok(
        new MeBody(
            new UserBody(user.id(), user.email(), user.admin()), new SpaceBody(user.spaceId())));
  }
}
