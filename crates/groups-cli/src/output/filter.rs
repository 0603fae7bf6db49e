//! `--jq`: results as JSON, through a jq expression. Expressions see the result and nothing else: no file, and no
//! environment, which holds the key.

use jaq_core::data::JustLut;
use jaq_core::load::{self, Arena, File, Loader};
use jaq_core::{Compiler, Ctx, Vars};
use jaq_json::{Val, read};
use serde_json::Value;

use super::object::Object;
use super::{Render, Shape};
use crate::args::Format;
use crate::failure::{Failure, Kind};

/// Functions that reach out of the result: the environment, and stderr, where there is nothing but the program's own.
const WITHHELD: [&str; 6] = ["env", "debug", "debug_empty", "stderr", "stderr_empty", "halt_error"];

/// What jq has and the library has not.
const ADDED: &str = r#"
def _cell(f): if type == "string" then f elif type == "null" then ""
  elif type == "array" or type == "object" then error("\(type) is no cell: \(tojson)") else tostring end;
def @csv: map(_cell("\"" + gsub("\""; "\"\"") + "\"")) | join(",");
def @tsv: map(_cell(gsub("\\\\"; "\\\\") | gsub("\t"; "\\t") | gsub("\n"; "\\n") | gsub("\r"; "\\r"))) | join("\t");
"#;

/// An expression that is understood.
pub(crate) struct Filter {
    program: jaq_core::Filter<JustLut<Val>>,
    command: String,
}

impl Filter {
    pub(crate) fn compile(expression: &str, command: &str) -> Result<Self, Failure> {
        let refused = |why: String| {
            Failure::usage(command, format!("the expression of `--jq` is not understood: {why}"))
                .with_remedy("It is a jq expression such as '.[].id' or 'map(select(.suspended))'.")
        };
        let definitions = jaq_core::defs()
            .chain(jaq_std::defs().filter(|definition| !WITHHELD.contains(&definition.name)))
            .chain(jaq_json::defs())
            .chain(load::parse(ADDED, |parser| parser.defs()).unwrap_or_default());
        let functions = jaq_core::funs()
            .chain(jaq_std::funs().filter(|function| !WITHHELD.contains(&function.0)))
            .chain(jaq_json::funs());
        let arena = Arena::default();
        let modules =
            Loader::new(definitions).load(&arena, File { code: expression, path: () }).map_err(|errors| {
                refused(errors.iter().map(|(_, error)| misread(error)).next().unwrap_or_default())
            })?;
        let program = Compiler::default().with_funs(functions).compile(modules).map_err(|errors| {
            let undefined = errors.iter().flat_map(|(_, errors)| errors);
            let said = undefined.map(|(name, what)| format!("there is no {} {name}", what.as_str()));
            refused(said.collect::<Vec<_>>().join(", "))
        })?;
        Ok(Self { program, command: command.to_owned() })
    }

    /// What is filtered unless that is said: what never ends is no document.
    pub(super) fn format(&self) -> Format {
        if self.command == "events tail" { Format::Jsonl } else { Format::Json }
    }

    /// What comes out for one document, each in a line of its own; and why it stopped, if it did.
    fn run(&self, document: &Value) -> (String, Option<Failure>) {
        let mut text = String::new();
        let failed = |why: String| {
            Failure::local(Kind::Output, &self.command, format!("the expression of `--jq` failed: {why}"))
                .with_remedy("Without `--jq` the result is shown as it is; what was done stays done.")
        };
        let input = match read::parse_single(document.to_string().as_bytes()) {
            Ok(input) => input,
            Err(error) => return (text, Some(failed(error.to_string()))),
        };
        let context = Ctx::<JustLut<Val>>::new(&self.program.lut, Vars::new([]));
        for output in self.program.id.run((context, input)) {
            match output.map_err(jaq_core::Exn::get_err) {
                Ok(Val::TStr(bytes)) => text.push_str(&String::from_utf8_lossy(&bytes)),
                Ok(value) => text.push_str(&value.to_string()),
                Err(Ok(error)) => return (text, Some(failed(error.to_string()))),
                // It was told to halt.
                Err(Err(_)) => break,
            }
            text.push('\n');
        }
        (text, None)
    }
}

/// Why an expression could not be read: the first place.
fn misread(error: &load::Error<&str>) -> String {
    let at = |place: &str| match place.trim() {
        "" => "at its end".to_owned(),
        place => format!("at {place:?}"),
    };
    match error {
        load::Error::Io(places) => match places.first() {
            Some((module, _)) => format!("{module:?} is a module, and there are none"),
            None => String::new(),
        },
        load::Error::Lex(places) => places.first().map_or_else(String::new, |(expected, place)| {
            format!("{} is missing {}", expected.as_str(), at(place))
        }),
        load::Error::Parse(places) => places.first().map_or_else(String::new, |(expected, place)| {
            format!("{} is missing {}", expected.as_str(), at(place))
        }),
    }
}

/// Results through a filter: whole documents, or each object.
pub(super) struct Filtered {
    filter: Filter,
    /// Whether a list is one document.
    whole: bool,
    /// The list that was begun.
    held: Option<Vec<Value>>,
    trouble: Option<Failure>,
}

impl Filtered {
    pub(super) fn new(filter: Filter, whole: bool) -> Self {
        Self { filter, whole, held: None, trouble: None }
    }

    fn text(&mut self, document: &Value) -> String {
        if self.trouble.is_some() {
            return String::new();
        }
        let (text, trouble) = self.filter.run(document);
        self.trouble = trouble;
        text
    }
}

impl Render for Filtered {
    fn one(&mut self, object: Object) -> String {
        self.text(&Value::Object(object))
    }

    fn value(&mut self, value: Value) -> String {
        self.text(&value)
    }

    fn items(&mut self, _: &Shape, objects: Vec<Object>) -> String {
        if self.whole {
            self.held.get_or_insert_default().extend(objects.into_iter().map(Value::Object));
            return String::new();
        }
        objects.into_iter().map(|object| self.one(object)).collect()
    }

    fn end(&mut self) -> String {
        match self.held.take() {
            Some(items) => self.text(&Value::Array(items)),
            None => String::new(),
        }
    }

    fn trouble(&mut self) -> Option<Failure> {
        self.trouble.clone()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn filter(expression: &str) -> Result<Filter, String> {
        Filter::compile(expression, "list").map_err(|failure| failure.report.message.clone())
    }

    fn out(expression: &str, document: Value) -> String {
        let (text, trouble) = filter(expression).unwrap().run(&document);
        assert!(trouble.is_none(), "{expression}");
        text
    }

    #[test]
    fn text_comes_out_bare_and_everything_else_as_json() {
        let document =
            json!({ "id": "a\nb", "n": 12_345_678_901_u64, "list": [1, null, { "b": 1, "a": "x" }] });
        assert_eq!(out(".id", document.clone()), "a\nb\n");
        assert_eq!(out(".n, .none, (.n > 3)", document.clone()), "12345678901\nnull\ntrue\n");
        assert_eq!(out(".list[]", document.clone()), "1\nnull\n{\"b\":1,\"a\":\"x\"}\n");
        assert_eq!(out(".list | length", document.clone()), "3\n");
        assert_eq!(out("empty", document.clone()), "");
        assert_eq!(out("1, halt, 2", document.clone()), "1\n");
        assert_eq!(out("[.list[0, 1], .id, \"\\\"\"] | @csv", document.clone()), "1,,\"a\nb\",\"\"\"\"\n");
        assert_eq!(out("[.list[0, 1], .id, \"\\\\\\t\"] | @tsv", document), "1\t\ta\\nb\t\\\\\\t\n");
        assert_eq!(
            out("test(\"^a\"), (\"2026-01-05T09:00:00Z\" | fromdate)", json!("abc")),
            "true\n1767603600\n"
        );
    }

    #[test]
    fn an_expression_sees_the_result_and_nothing_else() {
        for expression in ["env", "env.PATH", "$ENV", "input", "inputs", "\"x\" | stderr", "include \"a\"; ."]
        {
            assert!(filter(expression).is_err(), "{expression}");
        }
    }

    #[test]
    fn what_is_not_understood_is_told() {
        for (expression, expected) in [
            (".[", "is missing at its end"),
            ("nonsense", "there is no filter nonsense"),
            ("$x", "there is no variable $x"),
            (".a | | .b", "is missing at \"|"),
        ] {
            let said = filter(expression).err().unwrap();
            assert!(said.contains(expected), "{expression}: {said}");
        }
    }

    #[test]
    fn what_never_ends_is_filtered_line_by_line() {
        let format = |command| Filter::compile(".", command).unwrap().format();
        assert_eq!((format("list"), format("events tail")), (Format::Json, Format::Jsonl));
    }

    #[test]
    fn a_failure_on_the_way_keeps_what_came_before_and_ends_it() {
        let mut lines = Filtered::new(filter(".a.b").unwrap(), false);
        let object = |value: Value| value.as_object().unwrap().clone();
        let objects = [json!({ "a": { "b": 1 } }), json!({ "a": "x" }), json!({ "a": { "b": 2 } })];
        assert_eq!(lines.items(&Shape::GROUP, objects.map(object).to_vec()), "1\n");
        let report = lines.trouble().unwrap().report;
        assert_eq!(report.kind, "output");
        assert!(report.message.contains("cannot index"), "{}", report.message);
    }

    #[test]
    fn a_list_is_one_document_or_a_document_each_line() {
        let page = |id: u32| vec![Object::from_iter([("id".to_owned(), json!(id))])];
        for (whole, expression, expected) in [(true, "map(.id)", "[1,2]\n"), (false, ".id", "1\n2\n")] {
            let mut render = Filtered::new(filter(expression).unwrap(), whole);
            let mut text = render.items(&Shape::GROUP, page(1));
            text += &render.items(&Shape::GROUP, page(2));
            text += &render.end();
            assert_eq!(text, expected);
        }
    }
}
