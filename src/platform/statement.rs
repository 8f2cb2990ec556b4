//! Statements that are written out, prepared once a connection.
//!
//! Diesel prepares each `sql_query` anew, at the price of a round trip and of planning. A statement
//! whose text never changes is worth keeping.

use diesel::QueryResult;
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{HasSqlType, Untyped};
use std::marker::PhantomData;

/// A statement that is kept prepared, and what is bound to its `$1`, `$2` …
#[must_use]
pub struct Statement<'a> {
    sql: &'static str,
    binds: Vec<Box<dyn QueryFragment<Pg> + Send + 'a>>,
}

/// A statement by its text; the text is a constant, so nothing that was sent can get into it.
pub fn statement<'a>(sql: &'static str) -> Statement<'a> {
    Statement { sql, binds: Vec::new() }
}

impl<'a> Statement<'a> {
    /// Binds the next parameter.
    pub fn bind<T, V>(mut self, value: V) -> Self
    where
        Pg: HasSqlType<T>,
        T: Send + 'a,
        V: ToSql<T, Pg> + Send + 'a,
    {
        self.binds.push(Box::new(Bind { value, sql_type: PhantomData::<T> }));
        self
    }
}

impl QueryFragment<Pg> for Statement<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(self.sql);
        self.binds.iter().try_for_each(|bind| bind.walk_ast(out.reborrow()))
    }
}

/// Kept by its text.
impl QueryId for Statement<'_> {
    type QueryId = ();

    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for Statement<'_> {
    type SqlType = Untyped;
}

struct Bind<T, V> {
    value: V,
    sql_type: PhantomData<T>,
}

impl<T, V> QueryFragment<Pg> for Bind<T, V>
where
    Pg: HasSqlType<T>,
    V: ToSql<T, Pg>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_bind_param_value_only(&self.value)
    }
}
