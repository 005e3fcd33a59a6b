/** Users, spaces, settings, access tokens. */
@NullMarked
package dev.purser.people;

import org.jspecify.annotations.NullMarked;
