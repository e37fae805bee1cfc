"""What every audience's pages stand on: words, formats, layouts, components, language and error pages."""
