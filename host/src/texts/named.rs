//! What a text refers to: places that are filled in, other texts, functions.

use fluent_syntax::ast::{CallArguments, Expression, InlineExpression, Pattern, PatternElement};

/// One reference, with the name as it stands in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Named<'t> {
    /// `$caller`: filled in by the page.
    Place(&'t str),
    /// `app-name`: another text.
    Text(&'t str),
    /// `-brand(case: "…")`: a term of the same file, and the names of what it is given.
    Term(&'t str, Vec<&'t str>),
    /// `NUMBER(…)`.
    Function(&'t str),
    /// `text.attribute`, or the same of a term.
    Attribute(&'t str),
}

/// Everything a pattern refers to, in the order of the file.
pub(super) fn named<'t>(pattern: &Pattern<&'t str>) -> Vec<Named<'t>> {
    let mut found = Vec::new();
    of_pattern(pattern, &mut found);
    found
}

fn of_pattern<'t>(pattern: &Pattern<&'t str>, found: &mut Vec<Named<'t>>) {
    for element in &pattern.elements {
        if let PatternElement::Placeable { expression } = element {
            of_expression(expression, found);
        }
    }
}

fn of_expression<'t>(expression: &Expression<&'t str>, found: &mut Vec<Named<'t>>) {
    match expression {
        Expression::Inline(inline) => of_inline(inline, found),
        Expression::Select { selector, variants } => {
            of_inline(selector, found);
            variants.iter().for_each(|variant| of_pattern(&variant.value, found));
        }
    }
}

fn of_inline<'t>(inline: &InlineExpression<&'t str>, found: &mut Vec<Named<'t>>) {
    match inline {
        InlineExpression::StringLiteral { .. } | InlineExpression::NumberLiteral { .. } => {}
        InlineExpression::VariableReference { id } => found.push(Named::Place(id.name)),
        InlineExpression::FunctionReference { id, arguments } => {
            found.push(Named::Function(id.name));
            of_arguments(arguments, found);
        }
        InlineExpression::MessageReference { id, attribute } => {
            found.push(Named::Text(id.name));
            found.extend(attribute.as_ref().map(|attribute| Named::Attribute(attribute.name)));
        }
        InlineExpression::TermReference { id, attribute, arguments } => {
            let given = arguments.iter().flat_map(|all| &all.named).map(|argument| argument.name.name);
            found.push(Named::Term(id.name, given.collect()));
            found.extend(attribute.as_ref().map(|attribute| Named::Attribute(attribute.name)));
            arguments.iter().for_each(|arguments| of_arguments(arguments, found));
        }
        InlineExpression::Placeable { expression } => of_expression(expression, found),
    }
}

fn of_arguments<'t>(arguments: &CallArguments<&'t str>, found: &mut Vec<Named<'t>>) {
    arguments.positional.iter().for_each(|argument| of_inline(argument, found));
    arguments.named.iter().for_each(|argument| of_inline(&argument.value, found));
}
