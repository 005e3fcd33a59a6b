/** SQLite or PostgreSQL behind JDBC: one writer, transactions, migrations. */
@NullMarked
package dev.purser.storage;

import org.jspecify.annotations.NullMarked;
