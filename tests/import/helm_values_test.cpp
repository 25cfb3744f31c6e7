// What an importer promises about real files.
