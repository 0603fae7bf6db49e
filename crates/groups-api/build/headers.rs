//! The generated code without what the generator adds of its own accord: a header `api-version` on each request, which
//! this API does not know.

use syn::visit_mut::{self, VisitMut};
use syn::{Block, Expr, ExprMethodCall, File, Ident, Pat, Stmt};

/// The generator's variable for the headers of a request.
const MAP: &str = "header_map";

/// Fails where the generator writes it in another way, or an operation has headers of its own in the same variable.
pub(super) fn without_api_version(file: &mut File) -> Result<(), String> {
    let mut search = Search::default();
    search.visit_file_mut(file);
    if search.taken == 0 || search.left > 0 {
        return Err(format!(
            "build/headers.rs takes `{MAP}` out of the generated code: {} statements went, {} mentions are left",
            search.taken, search.left
        ));
    }
    Ok(())
}

#[derive(Default)]
struct Search {
    taken: usize,
    left: usize,
}

impl VisitMut for Search {
    fn visit_block_mut(&mut self, block: &mut Block) {
        let before = block.stmts.len();
        block.stmts.retain(|statement| !makes_the_map(statement) && !adds_the_version(statement));
        self.taken += before - block.stmts.len();
        visit_mut::visit_block_mut(self, block);
    }

    fn visit_expr_mut(&mut self, expression: &mut Expr) {
        if let Expr::MethodCall(call) = expression
            && call.method == "headers"
            && call.args.len() == 1
            && call.args.iter().all(is_the_map)
        {
            *expression = (*call.receiver).clone();
        }
        visit_mut::visit_expr_mut(self, expression);
    }

    fn visit_ident_mut(&mut self, name: &mut Ident) {
        self.left += usize::from(name == MAP);
    }
}

fn is_the_map(expression: &Expr) -> bool {
    matches!(expression, Expr::Path(path) if path.path.is_ident(MAP))
}

fn makes_the_map(statement: &Stmt) -> bool {
    matches!(statement, Stmt::Local(local) if matches!(&local.pat, Pat::Ident(name) if name.ident == MAP))
}

/// `header_map.append(HeaderName::from_static("api-version"), …)`.
fn adds_the_version(statement: &Stmt) -> bool {
    let Stmt::Expr(Expr::MethodCall(ExprMethodCall { receiver, method, args, .. }), _) = statement else {
        return false;
    };
    let is_version = |argument: &Expr| {
        matches!(argument, Expr::Call(name) if matches!(name.args.first(), Some(Expr::Lit(text))
            if matches!(&text.lit, syn::Lit::Str(text) if text.value() == "api-version")))
    };
    is_the_map(receiver) && method == "append" && args.first().is_some_and(is_version)
}
