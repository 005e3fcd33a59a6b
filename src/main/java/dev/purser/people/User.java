package dev.purser.people;

import java.time.Instant;

/**
 * A person who signs in.
 *
 * @param spaceId the space that was made with the user
 * @param email in the one form it is compared in: no white space around it, lower case
 */
public record User(String id, String spaceId, String email, boolean admin, Instant createdAt) {}
