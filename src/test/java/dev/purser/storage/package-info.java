/** Tests of the storage, and databases for the tests of all other rooms. */
@NullMarked
package dev.purser.storage;

import org.jspecify.annotations.NullMarked;
